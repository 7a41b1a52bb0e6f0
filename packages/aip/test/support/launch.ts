import process from 'node:process';
import { AgentLauncher, installedAgents } from '@volttron-ts/aip';
import { quiet, realClock } from './clock.ts';

/* A platform that starts one agent, tells its pid, and waits to be killed. */
const [, , home = '', program = '', uuid = ''] = process.argv;
const launcher = new AgentLauncher({ home, program, clock: realClock, log: quiet });
const agent = (await installedAgents(home)).find((installed) => installed.uuid === uuid);
if (agent === undefined) throw new Error('no such agent');
process.stdout.write(`${await launcher.start(agent)}\n`);
setInterval(() => undefined, 60_000);
