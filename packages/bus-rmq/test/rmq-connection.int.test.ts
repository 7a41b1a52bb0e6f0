import { afterAll, beforeAll } from 'vitest';
import { describeFailures } from './describe-failures.ts';
import { describeMessages } from './describe-messages.ts';
import { describePubSub } from './describe-pubsub.ts';
import { PrivateBroker } from './private-broker.ts';
import { Rig } from './rig.ts';

const devices = '^(central\\.(least|router)|__pubsub__\\.central\\.devices\\..*)$';

let rig: Rig;

beforeAll(async () => {
  const users = ['one', 'two', 'router', 'listener'].map((identity) => ({ name: `central.${identity}` }));
  rig = new Rig(
    await PrivateBroker.start([...users, { name: 'central.least', topics: { write: devices, read: devices } }]),
  );
});

afterAll(async () => {
  await rig.broker[Symbol.asyncDispose]();
});

describeMessages(() => rig);
describePubSub(() => rig);
describeFailures(() => rig);
