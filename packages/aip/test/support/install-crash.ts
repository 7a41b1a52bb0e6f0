import process from 'node:process';
import { generateKeyPair } from '@volttron-ts/auth';
import { AgentInstaller } from '@volttron-ts/aip';

/* Dies between the admission of an agent and its coming into place. */
const [, , home = '', archive = '', identity = ''] = process.argv;
const admission = {
  admit: (): Promise<void> => {
    process.kill(process.pid, 'SIGKILL');
    return new Promise(() => undefined);
  },
  withdraw: (): Promise<void> => Promise.resolve(),
};
await new AgentInstaller({ home, admission }).install({ archive, identity, keys: generateKeyPair(), force: true });
