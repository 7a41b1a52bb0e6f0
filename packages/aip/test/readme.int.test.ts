import { readFile } from 'node:fs/promises';

import { expect, it } from 'vitest';

const read = (name: string): Promise<string> => readFile(new URL(name, import.meta.url), 'utf8');

it("the README's example is the one that is type-checked", async () => {
  expect(await read('../README.md')).toContain(`\`\`\`ts\n${await read('readme-example.ts')}\`\`\``);
});
