import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, it } from 'vitest';

it('shows in README.md the example that runs', async () => {
  const readme = await readFile(join(import.meta.dirname, '../README.md'), 'utf8');
  for (const file of ['workers/readme-worker.ts', 'readme-example.ts']) {
    const source = await readFile(join(import.meta.dirname, file), 'utf8');
    expect(readme).toContain(source.replace(/'(?:\.\.\/)+src\/index\.ts'/, "'@volttron-ts/storage'").trim());
  }
  const { id } = await import('./readme-example.ts');
  expect(id).toBe(1);
});
