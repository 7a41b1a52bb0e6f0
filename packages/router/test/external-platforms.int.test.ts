import { expect, it } from 'vitest';
import { decodePublishBody } from '@volttron-ts/vip-core';
import type { VipMessage } from '@volttron-ts/vip-core';
import { BusPeer, texts } from '@volttron-ts/vip-core/testing';
import { ProtectedTopics, snapshotTopics } from '../src/index.ts';
import type { RouterOptions } from '../src/index.ts';
import { RouterRig } from './router-rig.ts';

const body = '{"bus":"","headers":{},"message":1}';

/** Platforms that dial each other: over ports, under the names that their keys would give them. */
class Platforms implements AsyncDisposable {
  readonly rigs = new Map<string, RouterRig>();
  readonly #discoveries = new Map<string, BusPeer>();

  async add(name: string, options: Partial<RouterOptions> = {}): Promise<RouterRig> {
    const external: RouterOptions['external'] = {
      instance: name,
      dial: ({ instance }) => this.rigs.get(instance)!.connection(`instance.${name}`),
      random: () => 0.5,
    };
    const rig = await RouterRig.create({ external, ...options });
    this.rigs.set(name, rig);
    return rig;
  }

  /** Tells one platform where another is, as its key discovery does. */
  async introduce(to: string, other: string): Promise<void> {
    const discovery = this.#discoveries.get(to) ?? (await this.rigs.get(to)!.peer('keydiscovery', true));
    this.#discoveries.set(to, discovery);
    const described = { 'instance-name': other, serverkey: `key of ${other}`, 'vip-address': `tcp://${other}:22916` };
    await discovery.send('', 'routing_table', ['normalmode_platform_connection', JSON.stringify(described)]);
    await discovery.ask('', 'ping', 'ping');
    await discovery.send('', 'agentstop', ['keydiscovery']);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const rig of this.rigs.values()) await rig[Symbol.asyncDispose]();
  }
}

async function pair(options: Partial<RouterOptions> = {}): Promise<Platforms & { one: RouterRig; two: RouterRig }> {
  const platforms = new Platforms();
  const [one, two] = [await platforms.add('one', options), await platforms.add('two')];
  await platforms.introduce('one', 'two');
  await platforms.introduce('two', 'one');
  for (const [rig, other] of [
    [one, 'two'],
    [two, 'one'],
  ] as const)
    await rig.logged(`"${other}" has connected to us`);
  return Object.assign(platforms, { one, two });
}

const isPublish = (message: VipMessage): boolean => texts(message)[0] === 'publish';

/** Publishes until the other platform is known to want it: its list is on its way. */
async function publishUntilWanted(publisher: BusPeer, topic: string, count = '1'): Promise<void> {
  while (texts(await publisher.ask('', 'pubsub', 'publish', topic, body))[1] !== count);
}

it('delivers to subscribers of all platforms what is published on another one, under that one’s name', async () => {
  await using platforms = await pair();
  const [publisher, all, local] = [
    await platforms.one.peer('publisher'),
    await platforms.two.peer('all'),
    await platforms.two.peer('local'),
  ];
  await local.ask('', 'pubsub', 'subscribe', '{"prefix":"a","bus":""}');
  await all.ask('', 'pubsub', 'subscribe', '{"prefix":"a/","bus":"","all_platforms":true}');
  await publishUntilWanted(publisher, 'a/b');
  for (const subscriber of [all, local]) {
    const got = await subscriber.message(isPublish);
    expect(got.user).toBe('instance.one');
    expect(decodePublishBody(got.args[2]!).sender).toBe('one.publisher');
  }
  expect(texts(await publisher.ask('', 'pubsub', 'publish', 'other', body))[1]).toBe('0');
});

it('gives a subscriber of all platforms what is published here, whoever else holds the same prefix', async () => {
  await using rig = await RouterRig.create();
  const [all, local, publisher] = [await rig.peer('all'), await rig.peer('local'), await rig.peer('publisher')];
  await all.ask('', 'pubsub', 'subscribe', '{"prefix":"a","bus":"","all_platforms":true}');
  await local.ask('', 'pubsub', 'subscribe', '{"prefix":"a","bus":""}');
  expect(texts(await publisher.ask('', 'pubsub', 'publish', 'a', body))).toEqual(['request_response', '2']);
  await Promise.all([all.message(isPublish), local.message(isPublish)]);
});

it('stops sending to a platform on which nobody subscribes any more', async () => {
  await using platforms = await pair();
  const [publisher, subscriber] = [await platforms.one.peer('publisher'), await platforms.two.peer('subscriber')];
  await subscriber.ask('', 'pubsub', 'subscribe', '{"prefix":["a","b"],"bus":"","all_platforms":true}');
  await publishUntilWanted(publisher, 'a');
  await subscriber.ask('', 'pubsub', 'unsubscribe', '{"all":{"prefix":"a","bus":""}}');
  await publishUntilWanted(publisher, 'a', '0');
  expect(texts(await publisher.ask('', 'pubsub', 'publish', 'b', body))[1]).toBe('1');
  await subscriber.bus.close();
  await publishUntilWanted(publisher, 'b', '0');
});

it('never sends a publication on to a third platform, nor back', async () => {
  await using platforms = new Platforms();
  const [one, two, three] = [await platforms.add('one'), await platforms.add('two'), await platforms.add('three')];
  for (const [to, other] of [
    ['one', 'two'],
    ['two', 'one'],
    ['two', 'three'],
    ['three', 'two'],
  ] as const) {
    await platforms.introduce(to, other);
  }
  const [publisher, publisherOnTwo] = [await one.peer('publisher'), await two.peer('publisher')];
  const subscribers = await Promise.all([one, two, three].map((rig) => rig.peer('subscriber')));
  const request = '{"prefix":"a","bus":"","all_platforms":true}';
  for (const subscriber of subscribers) await subscriber.ask('', 'pubsub', 'subscribe', request);
  // The lists are there before what is tested begins.
  await publishUntilWanted(publisherOnTwo, 'a/warm', '3');
  await publishUntilWanted(publisher, 'a/warm', '2');
  await publisher.ask('', 'pubsub', 'publish', 'a/tested', body);
  await subscribers[1]!.message((message) => texts(message)[1] === 'a/tested');
  await publisherOnTwo.ask('', 'pubsub', 'publish', 'a/last', body);
  const heard = subscribers.map(async (subscriber) => {
    await subscriber.message((message) => texts(message)[1] === 'a/last');
    return subscriber.received.filter((message) => texts(message)[1] === 'a/tested').length;
  });
  expect(await Promise.all(heard)).toEqual([1, 1, 0]);
});

it('carries calls between agents of two platforms and back, each named by its own router', async () => {
  await using platforms = await pair();
  const [caller, callee] = [await platforms.one.peer('caller'), await platforms.two.peer('callee')];
  const call = {
    ...{ to_platform: 'two', to_peer: 'callee', from_platform: 'forged', from_peer: 'control' },
    args: ['{"jsonrpc":"2.0","id":"a.1","method":"m"}'],
  };
  await caller.send('', 'external_rpc', ['send_platform', JSON.stringify(call)], 'c1');
  const got = await callee.message(({ subsystem }) => subsystem === 'external_rpc');
  expect(got).toMatchObject({ peer: '', user: 'instance.one', id: 'c1' });
  expect([texts(got)[0], JSON.parse(texts(got)[1]!)]).toEqual([
    'send_peer',
    { ...call, from_platform: 'one', from_peer: 'caller' },
  ]);
  const answer = { ...call, to_platform: 'one', to_peer: 'caller', args: ['{"jsonrpc":"2.0","id":"a.1","result":1}'] };
  await callee.send('', 'external_rpc', ['send_platform', JSON.stringify(answer)], 'c1');
  const back = await caller.message(({ subsystem }) => subsystem === 'external_rpc');
  expect(JSON.parse(texts(back)[1]!)).toMatchObject({ from_platform: 'two', from_peer: 'callee', args: answer.args });
});

it('answers calls over the caller’s own connection when it does not dial that platform itself', async () => {
  await using platforms = new Platforms();
  const [one, two] = [await platforms.add('one'), await platforms.add('two')];
  await platforms.introduce('one', 'two');
  await two.logged('"one" has connected to us');
  const [caller, callee] = [await one.peer('caller'), await two.peer('callee')];
  const call = { to_platform: 'two', to_peer: 'callee', args: [] };
  await caller.send('', 'external_rpc', ['send_platform', JSON.stringify(call)], 'c1');
  await callee.message(({ subsystem }) => subsystem === 'external_rpc');
  const answer = { to_platform: 'one', to_peer: 'caller', args: ['{}'] };
  await callee.send('', 'external_rpc', ['send_platform', JSON.stringify(answer)], 'c1');
  const back = await caller.message(({ subsystem }) => subsystem === 'external_rpc');
  expect(back).toMatchObject({ user: 'instance.two' });
  expect(JSON.parse(texts(back)[1]!)).toMatchObject({ from_platform: 'two', from_peer: 'callee' });
});

it('answers a call to an unknown platform, and one to a missing peer here, with errno 113', async () => {
  await using platforms = await pair();
  const caller = await platforms.one.peer('caller');
  const ask = async (platform: string): Promise<string[]> => {
    const call = JSON.stringify({ to_platform: platform, to_peer: 'nobody', args: [] });
    return texts(await caller.ask('', 'external_rpc', 'send_platform', call));
  };
  expect(await ask('nowhere')).toEqual(['113', 'No route to host', 'nowhere', 'external_rpc']);
  expect(await ask('one')).toEqual(['113', 'No route to host', 'nobody', 'external_rpc']);
});

it('answers the calls to a missing peer of another platform with JSON-RPC errors, by their ids', async () => {
  await using platforms = await pair();
  const caller = await platforms.one.peer('caller');
  const requests = [
    ['{"jsonrpc":"2.0","id":"a.1","method":"m"}'],
    ['[{"jsonrpc":"2.0","id":7,"method":"m"},{"jsonrpc":"2.0","method":"note"}]', 'nonsense', 5],
  ].flat();
  const call = JSON.stringify({ to_platform: 'two', to_peer: 'nobody', args: requests });
  await caller.send('', 'external_rpc', ['send_platform', call], 'c1');
  const back = await caller.message(({ subsystem }) => subsystem === 'external_rpc');
  const { from_peer, args } = JSON.parse(texts(back)[1]!) as { from_peer: string; args: string[] };
  expect(from_peer).toBe('nobody');
  const text = 'No peer "nobody" is connected to the platform "two".';
  expect(args.map((answer) => JSON.parse(answer) as unknown)).toEqual(
    ['a.1', 7].map((id) => ({ jsonrpc: '2.0', id, error: { code: -32603, message: text } })),
  );
});

it('lets no peer speak as a router: send_peer, instructions and lists are refused', async () => {
  await using platforms = await pair();
  const [mallory, victim] = [await platforms.one.peer('mallory'), await platforms.one.peer('config.store', true)];
  const call = {
    to_platform: 'one',
    to_peer: 'config.store',
    from_platform: 'two',
    from_peer: 'control',
    args: ['{}'],
  };
  const refusals = [
    await mallory.ask('', 'external_rpc', 'send_peer', JSON.stringify(call)),
    await mallory.ask('', 'routing_table', 'normalmode_platform_connection', '{"instance-name":"evil"}'),
    await mallory.ask('', 'pubsub', 'external_list', '{"two":[""]}'),
    await mallory.ask('', 'pubsub', 'external_publish', 't', body),
  ];
  expect(refusals.map((message) => [message.subsystem, texts(message)[0]])).toEqual([
    ['error', '-32001'],
    ['error', '-32001'],
    ['error', '-32600'],
    ['error', '-32600'],
  ]);
  expect(victim.received.filter(({ subsystem }) => subsystem === 'external_rpc')).toEqual([]);
});

it('lets a platform speak for itself only, and no router that is unknown at all', async () => {
  await using platforms = new Platforms();
  const one = await platforms.add('one');
  const [two, stranger, victim] = [
    await one.peer('instance.two'),
    await one.peer('instance.one'),
    await one.peer('victim'),
  ];
  const call = { to_platform: 'one', to_peer: 'victim', from_platform: 'three', from_peer: 'control', args: ['{}'] };
  const refusals = [
    await two.ask('', 'external_rpc', 'send_peer', JSON.stringify(call)),
    await two.ask('', 'pubsub', 'external_list', '{"one":[""]}'),
    await two.ask('', 'pubsub', 'external_list', '{"two":[""],"three":[""]}'),
    await stranger.ask('', 'pubsub', 'external_list', '{"one":[""]}'),
    await stranger.ask('', 'external_rpc', 'send_peer', JSON.stringify({ ...call, from_platform: 'one' })),
  ];
  expect(refusals.map((message) => texts(message)[0])).toEqual(['-32001', '-32600', '-32600', '-32001', '-32001']);
  expect(victim.received.filter(({ subsystem }) => subsystem === 'external_rpc')).toEqual([]);
});

it('neither lists routers of other platforms nor lets peers and them address each other', async () => {
  await using platforms = await pair();
  const peer = await platforms.one.peer('peer');
  expect(texts(await peer.ask('', 'peerlist', 'list'))).toEqual(['listing', 'peer']);
  expect(texts(await peer.ask('instance.two', 'external_rpc', 'send_peer', '{}'))[0]).toBe('113');
  const router = await platforms.one.peer('instance.three');
  expect(texts(await router.ask('peer', 'RPC', '{}'))[0]).toBe('113');
  expect(texts(await peer.ask('', 'peerlist', 'list'))).toEqual(['listing', 'peer']);
});

it('answers a greeting with a welcome', async () => {
  await using platforms = new Platforms();
  const one = await platforms.add('one');
  const router = await one.peer('instance.two');
  const answer = await router.ask('', 'routing_table', 'hello', 'hello', 'two');
  expect([answer.subsystem, ...texts(answer)]).toEqual(['routing_table', 'hello', 'welcome', 'one']);
});

it('holds other platforms to the protected topics of this one, both ways', async () => {
  const rules = {
    write: [{ topic: 'prot', capabilities: ['w'] }],
    read: [{ topic: 'secret', capabilities: ['r'] }],
  };
  const topics = new ProtectedTopics(snapshotTopics(rules, () => ({})));
  await using platforms = await pair({ topics });
  const [here, there] = [await platforms.one.peer('here'), await platforms.two.peer('there')];
  await here.ask('', 'pubsub', 'subscribe', '{"prefix":"","bus":"","all_platforms":true}');
  await publishUntilWanted(there, 'open');
  await there.ask('', 'pubsub', 'publish', 'prot', body);
  await there.ask('', 'pubsub', 'publish', 'open/last', body);
  await here.message((message) => texts(message)[1] === 'open/last');
  expect(here.received.map((message) => texts(message)[1])).not.toContain('prot');
  await platforms.two.logged('refused a message');
  const [publisher, reader] = [await platforms.one.peer('publisher'), await platforms.two.peer('reader')];
  await reader.ask('', 'pubsub', 'subscribe', '{"prefix":"","bus":"","all_platforms":true}');
  await publishUntilWanted(publisher, 'wanted', '2');
  expect(texts(await publisher.ask('', 'pubsub', 'publish', 'secret', body))[1]).toBe('0');
});

it('forgets what a platform wanted when its connection ends, and takes it again when it is back', async () => {
  await using platforms = new Platforms();
  const one = await platforms.add('one');
  const publisher = await one.peer('publisher');
  for (const round of [1, 2]) {
    const router = await one.peer('instance.two');
    await router.send('', 'pubsub', ['external_list', '{"two":["a"]}']);
    await publishUntilWanted(publisher, 'a');
    await router.message((message) => texts(message)[0] === 'external_publish');
    await router.bus.close();
    await publishUntilWanted(publisher, 'a', '0');
    expect(one.lines.filter((line) => line.includes('has left'))).toHaveLength(round);
  }
});
