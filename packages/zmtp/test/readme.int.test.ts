import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, it } from 'vitest';

it('shows in README.md the example that runs', async () => {
  const readme = await readFile(join(import.meta.dirname, '../README.md'), 'utf8');
  const source = await readFile(join(import.meta.dirname, 'readme-example.ts'), 'utf8');
  expect(readme).toContain(source.replace("'../src/index.ts'", "'@volttron-ts/zmtp'").trim());
  const { user, text } = await import('./readme-example.ts');
  expect([String(user), String(text)]).toEqual(['alice', 'hello']);
});
