/** Opens an enrolment without certificate requests, and says what has been loaded of node-forge by then, and later. */
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { openEnrolment } from '../src/index.ts';

const nothing = (): Promise<void> => Promise.resolve();
const quiet = (): void => undefined;
const isLoaded = (): boolean =>
  Object.keys(createRequire(import.meta.url).cache).some((path) => path.includes('node-forge'));

const enrolment = await openEnrolment({
  path: join(process.argv[2] ?? '', 'enrolment.sqlite'),
  grant: { check: nothing, grant: nothing, withdraw: nothing, forget: nothing },
  clock: { now: () => 0, monotonic: () => 0, after: () => quiet },
  log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
});
const before = isLoaded();
await enrolment.close();
const loader = '../src/certificates/certificates.ts';
await import(loader);
process.stdout.write(`${String(before)} ${String(isLoaded())}`);
