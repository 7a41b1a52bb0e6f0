import process from 'node:process';
import { Child } from '@volttron-ts/demo';

/* A launcher that starts one process, tells its pid, and waits to be killed. */
const [, , script = '', logFile = ''] = process.argv;
const child = new Child({ name: 'child', script, args: [], environment: {}, logFile });
await child.ready();
process.stdout.write(`${child.pid}`);
