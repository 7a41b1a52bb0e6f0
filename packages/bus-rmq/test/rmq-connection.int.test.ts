import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { describeFailures } from './describe-failures.ts';
import { describeMessages } from './describe-messages.ts';
import { describePubSub } from './describe-pubsub.ts';
import { PrivateBroker } from '../src/testing/index.ts';
import { connectListener } from './readme-example.ts';
import { clock } from './real-clock.ts';
import { Rig } from './rig.ts';

const devices = '^(central\\.(least|router)|__pubsub__\\.central\\.devices\\..*)$';

let rig: Rig;

beforeAll(async () => {
  const users = ['one', 'two', 'router', 'listener'].map((identity) => ({ name: `central.${identity}` }));
  rig = new Rig(
    await PrivateBroker.start([...users, { name: 'central.least', topics: { write: devices, read: devices } }]),
  );
}, 180_000);

afterAll(async () => {
  await rig.broker[Symbol.asyncDispose]();
});

describeMessages(() => rig);
describePubSub(() => rig);
describeFailures(() => rig);

it('runs the example of the README', async () => {
  const readme = await readFile(join(import.meta.dirname, '../README.md'), 'utf8');
  const example = await readFile(join(import.meta.dirname, 'readme-example.ts'), 'utf8');
  expect(readme).toContain(`\`\`\`ts\n${example}\`\`\``);
  await rig.router();
  const log = vi.spyOn(console, 'log').mockReturnValue();
  onTestFinished(() => {
    log.mockRestore();
  });
  const brokers = [{ host: '127.0.0.1', port: rig.broker.port }];
  const bus = connectListener(brokers, await rig.tls('central.listener'), clock);
  onTestFinished(() => bus.close());
  await vi.waitFor(() => {
    expect(log).toHaveBeenCalledWith('connected', '');
  }, 5000);
});
