import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { expect, it } from 'vitest';

import { scratchFolder } from './scratch.ts';

it('loads what reads certificates for certificate requests only', async () => {
  const script = `
    import { createRequire } from 'node:module';
    const { openEnrolment } = await import(${JSON.stringify(join(import.meta.dirname, '../src/index.ts'))});
    const nothing = () => Promise.resolve();
    const grant = { check: nothing, grant: nothing, withdraw: nothing, forget: nothing };
    const options = { path: process.argv[1] + '/enrolment.sqlite', grant, log: console };
    const clock = { now: () => 0, monotonic: () => 0, after: () => () => undefined };
    const isLoaded = () => Object.keys(createRequire(import.meta.url).cache).some((path) => path.includes('node-forge'));
    const enrolment = await openEnrolment({ ...options, clock });
    const before = isLoaded();
    await enrolment.close();
    await import('@volttron-ts/pki');
    process.stdout.write(String(before) + ' ' + String(isLoaded()));
  `;
  const parameters = [...process.execArgv, '--input-type=module', '--eval', script, await scratchFolder()];
  const { stdout } = await promisify(execFile)(process.execPath, parameters, { cwd: import.meta.dirname });
  expect(stdout).toBe('false true');
});
