import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { example } from './example.ts';
import { WebRig } from './web-rig.ts';

it('the example of the README is the one that runs here', async () => {
  const read = (path: string) => readFile(join(import.meta.dirname, path), 'utf8');
  const code = (await read('example.ts')).replaceAll('../src/index.ts', '@volttron-ts/web');
  expect(await read('../README.md')).toContain(`\`\`\`ts\n${code}\`\`\`\n`);
  const rig = new WebRig();
  await example(rig.options());
  expect(rig.lines.join()).toContain('web server listens');
});
