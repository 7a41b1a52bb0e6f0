import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, it } from 'vitest';

const here = import.meta.dirname;

it('shows in README.md the example that runs', async () => {
  const readme = await readFile(join(here, '../README.md'), 'utf8');
  const source = await readFile(join(here, 'readme-example.ts'), 'utf8');
  expect(readme).toContain(source.replace("'../src/index.ts'", "'@volttron-ts/pki'").trim());
  const { web } = await import('./readme-example.ts');
  expect(web.dnsNames).toEqual(['localhost']);
});
