import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { expect, it } from 'vitest';

import { scratchFolder } from './scratch.ts';

it('loads what reads certificates for certificate requests only', async () => {
  const parameters = [...process.execArgv, join(import.meta.dirname, 'light-child.ts'), await scratchFolder()];
  const { stdout } = await promisify(execFile)(process.execPath, parameters);
  expect(stdout).toBe('false true');
});
