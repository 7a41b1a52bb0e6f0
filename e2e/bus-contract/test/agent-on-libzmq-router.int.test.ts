import { defineAgent, startAgent, t } from '@volttron-ts/agent';
import type { RunningAgent } from '@volttron-ts/agent';
import { loadLibzmqConnection, ZmqConnection } from '@volttron-ts/bus-zmq';
import { parseAddress } from '@volttron-ts/vip-core';
import type { BusConnection, VipError } from '@volttron-ts/vip-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addonPeer } from './support/addon-peer.ts';
import { systemClock } from './support/clocks.ts';
import type { ForeignPeer } from './support/foreign-peer.ts';
import { testKeys } from './support/keys.ts';
import { LibzmqPlatform } from './support/libzmq-platform.ts';
import { quietLog } from './support/our-platform.ts';
import type { Engine } from './support/our-platform.ts';

const engines: readonly (readonly [name: string, engine: Engine])[] = [
  ['our own ZMTP', ZmqConnection],
  ['libzmq', await loadLibzmqConnection()],
];

const reading = '{"bus":"","headers":{},"message":[{"SupplyAirTemp":72.5},{}]}';

describe.each(engines)('an agent of ours, connected by %s, on a libzmq ROUTER with CURVE', (_, EngineClass) => {
  const server = testKeys();
  let platform: LibzmqPlatform;
  let stack: AsyncDisposableStack;
  let runs: number;

  beforeEach(async () => {
    stack = new AsyncDisposableStack();
    platform = await LibzmqPlatform.start(server);
    stack.defer(async () => platform[Symbol.asyncDispose]());
    runs = 0;
  });

  afterEach(async () => {
    await stack.disposeAsync();
  });

  const connection = (serverkey = server.publickey): BusConnection => {
    const { publickey, secretkey } = testKeys();
    const address = parseAddress(platform.endpoint);
    return new EngineClass({
      identity: 'ours',
      address,
      keys: { publickey, secretkey, serverkey },
      clock: systemClock,
    });
  };

  const foreign = (identity: string): ForeignPeer => {
    const curve = { serverkey: server.z85.publickey, ...testKeys().z85 };
    return stack.use(addonPeer({ identity, endpoint: platform.endpoint, curve }));
  };

  /** Answers `double`, and each reading with an analysis of the same values. */
  const start = (): RunningAgent => {
    const definition = defineAgent({
      name: 'echo',
      config: t.Object({}),
      methods: { double: { params: t.Tuple([t.Number({ title: 'n' })]), call: ([n]) => 2 * n } },
      async run({ vip, signal }) {
        runs += 1;
        for await (const { topic, values } of vip.pubsub.subscribe('devices/', { signal })) {
          await vip.pubsub.publish(`analysis/${topic}`, values);
        }
      },
    });
    const agent = startAgent(definition, { bus: connection(), log: quietLog, clock: systemClock });
    stack.defer(async () => agent.stop());
    return agent;
  };

  /** Publishes readings until the agent has answered one: it may be on its way to subscribe. */
  const exchange = async (peer: ForeignPeer, prefix: string): Promise<string[]> => {
    await peer.ask('', `${prefix}.s`, 'pubsub', 'subscribe', '{"prefix":"analysis/","bus":"","all_platforms":false}');
    for (let n = 0; ; n++) {
      const answer = await peer.ask('', `${prefix}.${n}`, 'pubsub', 'publish', `devices/${prefix}/all`, reading);
      if (answer[6]?.startsWith('\x01') === true) break;
    }
    return peer.message((frames) => frames[6] === `analysis/devices/${prefix}/all`);
  };

  it('hears publications, and is heard', async () => {
    start();
    const analysis = await exchange(foreign('foreign'), 'a');
    const { sender, message } = JSON.parse(analysis[7] ?? '') as { sender: string; message: unknown };
    expect([sender, message]).toEqual(['ours', { SupplyAirTemp: 72.5 }]);
  });

  it('answers calls, and calls', async () => {
    const agent = start();
    const peer = foreign('foreign');
    await exchange(peer, 'a');
    const answer = await peer.ask('ours', 'r.1', 'RPC', '{"jsonrpc":"2.0","id":"a.1","method":"double","params":[21]}');
    expect(JSON.parse(answer[5] ?? '')).toEqual({ jsonrpc: '2.0', id: 'a.1', result: 42 });

    const called = agent.vip.rpc.call('foreign', 'now');
    const request = await peer.message((frames) => frames[4] === 'RPC' && frames[5]?.includes('"now"') === true);
    const { id } = JSON.parse(request[5] ?? '') as { id: string };
    peer.send(
      request[0] ?? '',
      'VIP1',
      '',
      request[3] ?? '',
      'RPC',
      `{"jsonrpc": "2.0", "id": "${id}", "result": [NaN]}`,
    );
    expect(await called).toEqual([Number.NaN]);
  });

  it('comes back with its subscriptions after the router was restarted, without running again', async () => {
    start();
    await exchange(foreign('before'), 'a');
    const { endpoint } = platform;
    await platform[Symbol.asyncDispose]();
    platform = await LibzmqPlatform.start(server, endpoint);
    await exchange(foreign('after'), 'b');
    expect(runs).toBe(1);
  });
});

it('says that the server key of a libzmq ROUTER is another', async () => {
  await using platform = await LibzmqPlatform.start(testKeys());
  const { publickey, secretkey } = testKeys();
  const keys = { publickey, secretkey, serverkey: testKeys().publickey };
  const bus = new ZmqConnection({
    identity: 'ours',
    address: parseAddress(platform.endpoint),
    keys,
    clock: systemClock,
  });
  const reason = await new Promise<VipError>((resolve) => {
    bus.open({
      message: () => undefined,
      state: (_state, error) => {
        if (error?.code === 'wrong-serverkey') resolve(error);
      },
    });
  });
  expect(reason).toMatchObject({ item: 'serverkey', value: keys.serverkey });
  await bus.close();
});
