import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { decodePublishBody } from '../src/index.ts';

it('shows in README.md the example that runs', async () => {
  const readme = await readFile(join(import.meta.dirname, '../README.md'), 'utf8');
  const source = await readFile(join(import.meta.dirname, 'readme-example.ts'), 'utf8');
  expect(readme).toContain(source.replace("'../src/index.ts'", "'@volttron-ts/vip-core'").trim());
  const { sent } = await import('./readme-example.ts');
  expect(sent).toMatchObject({ to: '127.0.0.1:22916', message: { peer: '', id: 'ts-1', subsystem: 'pubsub' } });
  expect(decodePublishBody(sent.message.args[2]!).message).toEqual([{ SupplyAirTemp: 72.5 }]);
});
