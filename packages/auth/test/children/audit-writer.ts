/** Writes records until it is killed; prints the number of each once it is on the disk. */
import { AuditLog } from '@volttron-ts/auth';

import { realClock, silentLog } from '../audit-scratch.ts';

const [home = ''] = process.argv.slice(2);
const audit = await AuditLog.open(home, { clock: realClock, log: silentLog });
for (let n = 0; ; n++) {
  const records = [0, 1, 2].map((part) => audit.record({ actor: 'child', action: 'test', item: `${n}.${part}` }));
  await Promise.all(records);
  process.stdout.write(`${audit.head.seq}\n`);
}
