import { expect, it } from 'vitest';
import type { PublishTap } from '@volttron-ts/vip-core';
import { texts } from '@volttron-ts/vip-core/testing';
import { defaultPeerLimits } from '../src/index.ts';
import { RouterRig } from './router-rig.ts';

const body = '{"bus":"","headers":{},"message":1}';

it('answers a message above the limit with its size and the limit, and keeps the connection', async () => {
  await using rig = await RouterRig.create({ limits: { ...defaultPeerLimits, payloadBytes: 1000 } });
  const [one, two] = [await rig.peer('one'), await rig.peer('two')];
  const answer = await one.ask('two', 'RPC', 'x'.repeat(2000));
  const size = 'two'.length + 'VIP1'.length + answer.id.length + 'RPC'.length + 2000;
  expect([answer.subsystem, ...texts(answer)]).toEqual([
    ...['error', '90', `The message has ${size} bytes; the limit is 1000 bytes.`, 'two', 'RPC'],
  ]);
  await one.send('two', 'RPC', ['within'], 'second');
  await two.message(({ id }) => id === 'second');
  expect(two.received.filter(({ subsystem }) => subsystem === 'RPC')).toHaveLength(1);
});

it('takes 10 MB from a peer with the limits that stand', async () => {
  await using rig = await RouterRig.create();
  const [one, two] = [await rig.peer('one'), await rig.peer('two')];
  await one.send('two', 'RPC', [new Uint8Array(10_000_000)], 'big');
  expect((await two.message(({ id }) => id === 'big')).args[0]).toHaveLength(10_000_000);
});

it('takes so many subscriptions of a peer and no more', async () => {
  await using rig = await RouterRig.create({ limits: { ...defaultPeerLimits, subscriptions: 2 } });
  const one = await rig.peer('one');
  const answer = await one.ask('', 'pubsub', 'subscribe', '{"prefix":["a","b","c"],"bus":""}');
  expect(texts(answer)[1]).toMatch(/^"one" holds 2 subscriptions, which is the limit\. Subscribe to a shorter prefix/);
  const list = texts(await one.ask('', 'pubsub', 'list', '{}'))[1]!;
  expect(JSON.parse(list)).toHaveLength(2);
});

it('tells a peer that publishes too fast to try again, and takes its publications again later', async () => {
  let now = 0;
  const limits = { ...defaultPeerLimits, publishes: { perSecond: 10, burst: 2 } };
  await using rig = await RouterRig.create({ limits, monotonic: () => now });
  const [one, two] = [await rig.peer('one'), await rig.peer('two')];
  const publish = async (): Promise<string[]> => texts(await one.ask('', 'pubsub', 'publish', 't', body));
  expect([await publish(), await publish(), await publish()]).toEqual([
    ['request_response', '0'],
    ['request_response', '0'],
    ['11', 'Resource temporarily unavailable', '', 'pubsub'],
  ]);
  expect(texts(await two.ask('', 'pubsub', 'publish', 't', body))).toEqual(['request_response', '0']);
  expect(rig.lines.filter((line) => line.includes('publishes more than it may'))).toHaveLength(1);
  now = 100;
  expect(await publish()).toEqual(['request_response', '0']);
});

it('tells the tap of a numbered publication above the rate that comes again, and of one that never does', async () => {
  const limits = { ...defaultPeerLimits, publishes: { perSecond: 1, burst: 1 } };
  const passed: string[] = [];
  const tap: PublishTap = {
    captures: (topic) => topic === 'devices',
    capture: () => 'new',
    passedOver: (user, { epoch, n }, comes) => passed.push(`${user} ${epoch} ${n} ${comes}`),
  };
  let now = 0;
  await using rig = await RouterRig.create({ limits, tap, monotonic: () => now });
  const one = await rig.peer('one');
  const publish = (n: number, topic: string, text = body): Promise<string> =>
    one.send('', 'pubsub', ['publish', topic, text], `p.abcdefgh.${n}`);
  await publish(1, 'heartbeat');
  await publish(2, 'heartbeat');
  await publish(3, 'devices');
  await one.ask('', 'ping', 'ping');
  now = 1000;
  await publish(3, 'devices', '{');
  await one.ask('', 'ping', 'ping');
  expect(passed).toEqual(['one abcdefgh 3 again', 'one abcdefgh 3 never']);
});

it('holds the platform’s own services to no rate', async () => {
  const limits = { ...defaultPeerLimits, publishes: { perSecond: 1, burst: 1 } };
  await using rig = await RouterRig.create({ limits, monotonic: () => 0 });
  const service = await rig.peer('platform.health', true);
  for (let n = 0; n < 3; n++) {
    expect(texts(await service.ask('', 'pubsub', 'publish', 't', body))).toEqual(['request_response', '0']);
  }
});

it('logs what one peer does wrong a few times, not every time, and counts what it left out', async () => {
  let now = 0;
  await using rig = await RouterRig.create({ monotonic: () => now });
  const one = await rig.peer('one');
  for (let n = 0; n < 20; n++) await one.ask('', 'pubsub', 'frobnicate');
  expect(rig.lines).toHaveLength(3);
  now = 60_000;
  await one.ask('', 'pubsub', 'frobnicate');
  expect(rig.fields.map(({ untold }) => untold)).toEqual([undefined, undefined, undefined, 17]);
});
