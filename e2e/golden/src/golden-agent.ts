import { MessageChannel } from 'node:worker_threads';
import { defineAgent, startAgent, t } from '@volttron-ts/agent';
import type { AgentDefinition, RunningAgent } from '@volttron-ts/agent';
import { PortConnection, PortListener, Router } from '@volttron-ts/router';
import {
  decodeMessage,
  decodeText,
  encodeMessage,
  encodeText,
  equalsAscii,
  parseLooseJson,
} from '@volttron-ts/vip-core';
import type { VipMessage } from '@volttron-ts/vip-core';
import { SteppedClock } from '@volttron-ts/vip-core/testing';
import { FakeListener } from './fake-listener.ts';
import { readScenario } from './golden-files.ts';
import { silent } from './replay.ts';

/** The Python agent `golden.two` of the capture, written as one of ours. */
export function goldenTwo(heard: (x: unknown) => void): AgentDefinition {
  const any = t.Unknown({ title: 'x' });
  return defineAgent({
    name: 'Two',
    version: '0.1',
    config: t.Object({}),
    methods: {
      boom: {
        params: t.Tuple([]),
        call: () => {
          throw new RangeError('boom message');
        },
      },
      echo: {
        description: 'Echo docs.',
        params: t.Tuple([any, t.Unknown({ title: 'y', default: 2 })]),
        call: ([x, y]) => {
          heard(x);
          return [x, y];
        },
      },
      kinds: {
        params: t.Tuple([]),
        call: () => ({ i: 1, f: 1.5, n: null, b: true, s: 'é', l: [1, 'a'], d: { k: {} } }),
      },
      noargs: { params: t.Tuple([]), call: () => null },
      secret: { requires: 'can_secret', params: t.Tuple([]), call: () => 'secret' },
      two_caps: { requires: ['cap_a', 'cap_b'], params: t.Tuple([]), call: () => 'both' },
    },
  });
}

/** What `platform.auth` of the capture answered to `get_user_to_capabilities`. */
function goldenCapabilities(): Record<string, Record<string, null>> {
  const answer = readScenario('vip/rpc_auth_get_user_to_capabilities.json').find(
    ({ direction, peer }) => direction === 'in' && peer === 'platform.auth',
  );
  return (parseLooseJson(decodeText(answer?.frames[5] ?? new Uint8Array())) as { result: Record<string, Record<string, null>> })
    .result;
}

/** Our agent `golden.two` on our router, with peers that the test plays. */
export class GoldenAgent implements AsyncDisposable {
  readonly listener = new FakeListener();
  /** First arguments of the calls of `echo`. */
  readonly heard: unknown[] = [];
  readonly #router = new Router({
    routingId: 'router',
    log: silent,
    properties: () => ({ 'instance-name': 'volttron-server' }),
  });
  #agent: RunningAgent | undefined;

  /** Settles when the agent is on the bus and its first heartbeat was delivered to `platform.health`. */
  static async start(peers: readonly string[]): Promise<GoldenAgent> {
    const rig = new GoldenAgent();
    const ports = new PortListener();
    await rig.#router.listen(rig.listener);
    await rig.#router.listen(ports);
    for (const peer of new Set([...peers, 'platform.health'])) rig.listener.connect(peer);
    const body = encodeText(JSON.stringify({ prefix: 'heartbeat', bus: '' }));
    const subscribe = { peer: '', id: 's', subsystem: 'pubsub', args: [encodeText('subscribe'), body] };
    rig.listener.receive('platform.health', encodeMessage(subscribe));
    const capabilities = goldenCapabilities();
    const { port1, port2 } = new MessageChannel();
    ports.accept(port1, 'golden.two', false);
    rig.#agent = startAgent(
      goldenTwo((x) => rig.heard.push(x)),
      {
        bus: new PortConnection(port2, 'golden.two'),
        log: silent,
        clock: new SteppedClock(),
        capabilitiesOf: (user) => capabilities[user] ?? {},
      },
    );
    await rig.heartbeat();
    return rig;
  }

  get agent(): RunningAgent {
    if (this.#agent === undefined) throw new Error('the agent was not started');
    return this.#agent;
  }

  async heartbeat(): Promise<VipMessage> {
    const isBeat = (frames: readonly Uint8Array[]): boolean => equalsAscii(frames[6], 'heartbeat/golden.two');
    const { frames } = await this.listener.until((sent) => sent.peer === 'platform.health' && isBeat(sent.frames));
    return decodeMessage(frames);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent?.stop();
    await this.#router.close();
  }
}
