import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FakePlatform, fakeRemotes, MemoryLog, SteppedClock } from '@volttron-ts/agent/testing';
import { start } from './readme-example.ts';

it('shows in README.md the example that runs', async () => {
  const readme = await readFile(join(import.meta.dirname, '../README.md'), 'utf8');
  expect(readme).toContain(await readFile(join(import.meta.dirname, 'readme-example.ts'), 'utf8'));
  const platform = new FakePlatform();
  const log = new MemoryLog();
  const agent = start({
    bus: platform.connect('agent'),
    log,
    clock: new SteppedClock(),
    remotes: fakeRemotes({ 'tcp://field:22916': new FakePlatform() }, 'campus.agent'),
  });
  await log.line(({ message }) => message === 'connected to the platform');
  await agent.stop();
});
