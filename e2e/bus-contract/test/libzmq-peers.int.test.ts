import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { texts } from '@volttron-ts/vip-core/testing';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addonPeer } from './support/addon-peer.ts';
import { hurriedClock } from './support/clocks.ts';
import type { ForeignPeer, ForeignPeerOptions } from './support/foreign-peer.ts';
import { testKeys } from './support/keys.ts';
import type { TestKeys } from './support/keys.ts';
import { OurPlatform } from './support/our-platform.ts';
import { pythonPeer, requirePython } from './support/python-peer.ts';
import { Relay } from './support/relay.ts';

/** The peer's; it gives up after five without an answer. */
const HEARTBEAT_MS = 200;
/** Our router's heartbeats every 0.4 s, and its patience 1.2 s. */
const HURRY = 25;

const subscribe = '{"prefix":"devices/","bus":"","all_platforms":false}';

beforeAll(requirePython);

describe.each([
  ['zeromq addon', addonPeer],
  ['python3-zmq', pythonPeer],
])('a %s DEALER with CURVE on our router', (_, makePeer) => {
  let platform: OurPlatform;
  let stack: AsyncDisposableStack;

  beforeEach(async () => {
    stack = new AsyncDisposableStack();
    platform = stack.use(await OurPlatform.start());
  });

  afterEach(async () => {
    await stack.disposeAsync();
  });

  const foreign = (identity: string, options: Partial<ForeignPeerOptions> & { keys?: TestKeys } = {}): ForeignPeer => {
    const { keys = testKeys(), ...rest } = options;
    const curve = { serverkey: platform.keys.z85.publickey, ...keys.z85 };
    return stack.use(makePeer({ identity, endpoint: platform.endpoint, curve, ...rest }));
  };

  /** Replaces the platform by one with short heartbeats, behind a relay. */
  const hurriedRelay = async (): Promise<Relay> => {
    platform = stack.use(await OurPlatform.start({ clock: hurriedClock(HURRY) }));
    return stack.use(await Relay.before(platform.endpoint));
  };

  it('is welcomed under its identity', async () => {
    const peer = foreign('foreign');
    const welcome = await peer.ask('', 'connect.hello.0', 'hello', 'hello');
    expect(welcome).toEqual([
      ...['', 'VIP1', 'foreign', 'connect.hello.0', 'hello'],
      ...['welcome', '1.0', platform.routingId, 'foreign'],
    ]);
  });

  it('speaks as the owner of its key, whatever user it writes', async () => {
    const ours = await platform.peer('ours');
    const keys = testKeys();
    platform.decide(keys, { status: 200, user: 'owner' });
    foreign('foreign', { keys }).send('ours', 'VIP1', 'admin', 'm.1', 'test', 'x');
    const got = await ours.message(({ id }) => id === 'm.1');
    expect([got.peer, got.user]).toEqual(['foreign', 'owner']);
  });

  it('subscribes to what our agent publishes, and our agent to what it publishes', async () => {
    const ours = await platform.peer('ours');
    const peer = foreign('foreign');
    expect((await peer.ask('', 's.1', 'pubsub', 'subscribe', subscribe)).slice(5)).toEqual([
      'request_response',
      'true',
    ]);
    const body = '{"bus":"","headers":{"n":1.0},"message":[NaN,"é"]}';
    const counted = await ours.ask('', 'pubsub', 'publish', 'devices/a', body);
    expect(texts(counted)).toEqual(['request_response', '1']);
    const delivered = await peer.message((frames) => frames[5] === 'publish');
    expect(delivered[6]).toBe('devices/a');
    expect(Buffer.from(delivered[7] ?? '', 'latin1').toString()).toBe(
      '{"bus":"","headers":{"n":1.0},"message":[NaN,"é"],"sender":"ours"}',
    );

    await ours.ask('', 'pubsub', 'subscribe', subscribe);
    await peer.ask('', 'p.1', 'pubsub', 'publish', 'devices/b', '{"bus": "", "headers": {}, "message": [1]}');
    const back = await ours.message((message) => texts(message)[1] === 'devices/b');
    expect(texts(back)[2]).toContain('"sender":"foreign"');
  });

  it('calls a method of our agent, and answers one', async () => {
    const ours = await platform.peer('ours');
    const peer = foreign('foreign');
    const call = '{"jsonrpc":"2.0","id":"a.1","method":"add","params":[1,2]}';
    const asked = peer.ask('ours', 'r.1', 'RPC', call);
    const request = await ours.message(({ subsystem }) => subsystem === 'RPC');
    expect(texts(request)).toEqual([call]);
    await ours.send(request.peer, 'RPC', ['{"jsonrpc":"2.0","id":"a.1","result":3}'], request.id);
    expect((await asked).slice(4)).toEqual(['RPC', '{"jsonrpc":"2.0","id":"a.1","result":3}']);

    const answer = ours.ask('foreign', 'RPC', '{"jsonrpc":"2.0","id":"b.1","method":"now"}');
    const [from, , , id] = await peer.message((frames) => frames[5]?.includes('"now"') === true);
    peer.send(from ?? '', 'VIP1', '', id ?? '', 'RPC', '{"jsonrpc": "2.0", "id": "b.1", "result": 1.0}');
    expect(texts(await answer)).toEqual(['{"jsonrpc": "2.0", "id": "b.1", "result": 1.0}']);
  });

  it('is told of an absent peer and of an unknown subsystem', async () => {
    const peer = foreign('foreign');
    const call = '{"jsonrpc":"2.0","id":"a","method":"m"}';
    expect((await peer.ask('nobody', 'r.1', 'RPC', call)).slice(4)).toEqual([
      ...['error', '113', 'No route to host', 'nobody', 'RPC'],
    ]);
    expect((await peer.ask('', 'r.2', 'nosuch')).slice(4)).toEqual([
      ...['error', '93', 'Protocol not supported', '', 'nosuch'],
    ]);
  });

  it('exchanges any bytes in frames of any size', async () => {
    const ours = await platform.peer('ours');
    const peer = foreign('foreign');
    const every = String.fromCharCode(...Array.from({ length: 256 }, (_byte, value) => value));
    const sizes = [0, 1, 254, 255, 256, 65_535, 65_536, 1_000_000].map((size) => 'x'.repeat(size));
    peer.send('ours', 'VIP1', '', 'm.1', 'test', every, ...sizes);
    const got = await ours.message(({ id }) => id === 'm.1');
    expect(got.args.map((arg) => Buffer.from(arg).toString('latin1'))).toEqual([every, ...sizes]);
    await ours.send('foreign', 'test', got.args, 'm.2');
    const back = await peer.message((frames) => frames[3] === 'm.2');
    expect(back.slice(5)).toEqual([every, ...sizes]);
  });

  it('receives 5,000 messages in order', async () => {
    const ours = await platform.peer('ours');
    const peer = foreign('foreign');
    await peer.ask('', 'h.1', 'hello', 'hello');
    for (let n = 0; n < 5000; n++) await ours.send('foreign', 'test', [String(n)]);
    const got = await peer.count((frames) => frames[4] === 'test', 5000);
    expect(got.map((frames) => frames[5])).toEqual(Array.from({ length: 5000 }, (_n, at) => String(at)));
  });

  it('hears of peers that come and go', async () => {
    const peer = foreign('foreign');
    await peer.ask('', 'h.1', 'hello', 'hello');
    const ours = await platform.peer('ours');
    await peer.message((frames) => frames.slice(4).join() === 'peerlist,add,ours');
    await ours.bus.close();
    await peer.message((frames) => frames.slice(4).join() === 'peerlist,drop,ours');
  });

  it('stays connected while idle by heartbeats both ways', async () => {
    const relay = await hurriedRelay();
    const peer = foreign('foreign', { endpoint: relay.endpoint, heartbeatMs: HEARTBEAT_MS });
    await peer.ask('', 'h.1', 'hello', 'hello');
    // Longer than the patience of either side.
    await relay.more(12);
    await peer.ask('', 'h.2', 'hello', 'hello');
    expect(relay.connections).toBe(1);
    expect(peer.events.map(([event]) => event)).toEqual(['handshake']);
  });

  it('is answered its PINGs, when we have none to send', async () => {
    const relay = stack.use(await Relay.before(platform.endpoint));
    const peer = foreign('foreign', { endpoint: relay.endpoint, heartbeatMs: HEARTBEAT_MS });
    await peer.ask('', 'h.1', 'hello', 'hello');
    await relay.more(8);
    expect(relay.connections).toBe(1);
  });

  it('answers our PINGs though it sends none itself', async () => {
    const relay = await hurriedRelay();
    const peer = foreign('foreign', { endpoint: relay.endpoint });
    await peer.ask('', 'h.1', 'hello', 'hello');
    await relay.more(5);
    expect(relay.connections).toBe(1);
  });

  it('is dropped from the bus when it falls silent, and notices a silent router', async () => {
    const relay = await hurriedRelay();
    const ours = await platform.peer('ours');
    const peer = foreign('foreign', { endpoint: relay.endpoint, heartbeatMs: HEARTBEAT_MS });
    await peer.ask('', 'h.1', 'hello', 'hello');
    relay.freeze();
    await ours.message((message) => texts(message).join() === 'drop,foreign');
    await peer.event('disconnect');
  });

  it('is refused with 400 when its key is denied', async () => {
    const keys = testKeys();
    platform.decide(keys, { status: 400, text: 'denied' });
    const peer = foreign('foreign', { keys });
    expect(await peer.event('refused')).toBe(400);
    expect(peer.events.map(([event]) => event)).not.toContain('handshake');
  });

  it('meets silence while its key waits for approval, and comes in by itself afterwards', async () => {
    const keys = testKeys();
    platform.decide(keys, { status: 300, text: 'pending' });
    const peer = foreign('foreign', { keys, handshakeMs: 500 });
    // Two attempts go by without an answer.
    await platform.asked(keys, 2);
    expect(peer.events.map(([event]) => event)).not.toContain('refused');
    platform.decide(keys, { status: 200, user: 'approved' });
    await peer.event('handshake');
    const welcome = await peer.ask('', 'h.1', 'hello', 'hello');
    expect([welcome[2], welcome[5]]).toEqual(['approved', 'welcome']);
  });

  it('loses its session at once when its key is denied later', async () => {
    const keys = testKeys();
    const peer = foreign('foreign', { keys });
    await peer.ask('', 'h.1', 'hello', 'hello');
    platform.decide(keys, { status: 400, text: 'denied' });
    expect(platform.router.drop(keys.publickey)).toBe(1);
    await peer.event('disconnect');
    expect(await peer.event('refused')).toBe(400);
  });

  it('does not get in with another server key', async () => {
    const stranger = testKeys();
    const curve = { serverkey: stranger.z85.publickey, ...testKeys().z85 };
    const peer = foreign('foreign', { curve });
    // The router hangs up, and libzmq tries again.
    await peer.event('disconnect', 2);
    expect(peer.events.map(([event]) => event)).not.toContain('handshake');
  });

  it('comes back after the connection broke, and is served as before', async () => {
    const peer = foreign('foreign');
    await peer.ask('', 'h.1', 'hello', 'hello');
    platform.cut('foreign');
    await peer.event('handshake', 2);
    expect((await peer.ask('', 'h.2', 'hello', 'hello'))[5]).toBe('welcome');
  });

  it.each([
    ['an abstract socket', (name: string) => `ipc://@${name}`],
    ['a socket file', (name: string) => `ipc://${join(tmpdir(), name)}`],
  ])('is served on %s', async (_kind, address) => {
    platform = stack.use(await OurPlatform.start({ address: address(`bus-contract-${randomUUID()}`) }));
    const peer = foreign('foreign');
    expect((await peer.ask('', 'h.1', 'hello', 'hello'))[5]).toBe('welcome');
  });

  it('is served without keys where the platform has none', async () => {
    platform = stack.use(await OurPlatform.start({ mechanism: 'NULL' }));
    const peer = stack.use(makePeer({ identity: 'foreign', endpoint: platform.endpoint }));
    expect((await peer.ask('', 'h.1', 'hello', 'hello'))[5]).toBe('welcome');
  });

  it('does not get in without keys where the platform has them', async () => {
    const peer = stack.use(makePeer({ identity: 'foreign', endpoint: platform.endpoint }));
    peer.send('', 'VIP1', '', 'h.1', 'hello', 'hello');
    await peer.event('disconnect');
    expect(peer.events.map(([event]) => event)).not.toContain('handshake');
    expect(peer.messages).toEqual([]);
  });
});
