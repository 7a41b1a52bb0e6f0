import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, it, vi } from 'vitest';

import { scratchFolder } from './scratch.ts';

it('shows in README.md the example that runs', async () => {
  const readme = await readFile(join(import.meta.dirname, '../README.md'), 'utf8');
  const source = await readFile(join(import.meta.dirname, 'readme-example.ts'), 'utf8');
  expect(readme).toContain(source.replace("'../src/index.ts'", "'@volttron-ts/history'").trim());
  vi.stubEnv('EXAMPLE_FOLDER', await scratchFolder());
  const { result } = await import('./readme-example.ts');
  expect(result).toEqual({ values: [[expect.any(String), 55]], metadata: {} });
});
