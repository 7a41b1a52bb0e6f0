import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FakePlatform, startTestAgent } from '@volttron-ts/agent/testing';
import averages from './readme-example.ts';

it('shows in README.md the example that runs', async () => {
  const readme = await readFile(join(import.meta.dirname, '../README.md'), 'utf8');
  expect(readme).toContain(await readFile(join(import.meta.dirname, 'readme-example.ts'), 'utf8'));
  const platform = new FakePlatform();
  await using agent = startTestAgent(platform, averages);
  await platform.until(() => (platform.subscriptionsOf('agent').length > 0 ? true : undefined));
  platform.publish('devices/campus/ahu1/all', [{ a: 1, b: 4 }, {}]);
  const average = await platform.until(() => platform.publications.find(({ topic }) => topic === 'analysis/average'));
  expect(average.body.message).toBe(2.5);
  expect(agent.vip.identity).toBe('agent');
});
