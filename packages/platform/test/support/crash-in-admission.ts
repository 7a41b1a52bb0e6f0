import { join } from 'node:path';
import process from 'node:process';
import { AgentInstaller } from '@volttron-ts/aip';
import { AuthFile, generateKeyPair } from '@volttron-ts/auth';
import { admissionBy } from '../../src/services/control/agent-entry.ts';

/* A platform that dies when the new key of an agent has its entry, and its code is not in place. */
const [, , home = '', archive = '', identity = ''] = process.argv;
const admission = admissionBy(await AuthFile.open(join(home, 'auth.json')));
const installer = new AgentInstaller({
  home,
  admission: {
    ...admission,
    admit: async (...asked) => {
      await admission.admit(...asked);
      process.kill(process.pid, 'SIGKILL');
    },
  },
});
await installer.install({ archive, identity, keys: generateKeyPair(), force: true });
