import process from 'node:process';
import { AgentInstaller } from '@volttron-ts/aip';

/* Installs the same identity over and over, until somebody kills it. */
const [, , home = '', archive = '', identity = ''] = process.argv;
const installer = new AgentInstaller({ home });
process.stdout.write('ready\n');
for (;;) {
  const { uuid } = await installer.install({ archive, identity, force: true });
  process.stdout.write(`${uuid}\n`);
}
