import { readFile } from 'node:fs/promises';

import { expect, it, vi } from 'vitest';

import { scratchFolder } from './scratch.ts';

const here = (name: string): URL => new URL(name, import.meta.url);

it("the README's example is one that runs, and says what the README says", async () => {
  const example = await readFile(here('readme-example.ts'), 'utf8');
  expect(await readFile(here('../README.md'), 'utf8')).toContain(`\`\`\`ts\n${example}\`\`\``);
  vi.stubEnv('VOLTTRON_HOME', await scratchFolder());
  const printed = vi.spyOn(console, 'log').mockReturnValue(undefined);
  await import('./readme-example.ts');
  expect(printed.mock.calls).toEqual([[{ status: 200, user: 'control' }]]);
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});
