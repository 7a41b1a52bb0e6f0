import { encodeText } from '@volttron-ts/vip-core';
import type { Logger, PeerLink, SendResult } from '@volttron-ts/vip-core';
import { texts } from '@volttron-ts/vip-core/testing';
import { describe, expect, it } from 'vitest';
import { defaultPeerLimits, Router } from '../src/index.ts';
import type { PeerLimits } from '../src/index.ts';
import { DirectListener } from './direct-listener.ts';
import { RouterRig } from './router-rig.ts';

const body = '{"bus":"","headers":{},"message":1}';
const silent: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** A router whose peers are plain functions, so that a test sees the very frames that each is handed. */
class Bench {
  readonly #listener = new DirectListener();
  readonly #links = new Map<string, PeerLink>();
  readonly #router: Router;

  private constructor(limits: PeerLimits) {
    this.#router = new Router({
      ...{ routingId: 'r', log: silent, limits, properties: () => ({}), monotonic: () => 0 },
    });
  }

  static async create(limits: Partial<PeerLimits> = {}): Promise<Bench> {
    const bench = new Bench({ ...defaultPeerLimits, ...limits });
    await bench.#router.listen(bench.#listener);
    return bench;
  }

  /** Lets a peer in; answers what it is handed from now on. */
  enter(identity: string, result: SendResult = 'sent'): (readonly Uint8Array[])[] {
    const received: (readonly Uint8Array[])[] = [];
    const link: PeerLink = {
      ...{ identity, user: identity, credential: undefined, domain: 'vip', address: 'a', trusted: false },
      close: () => undefined,
      send: (frames) => {
        received.push(frames);
        return result;
      },
    };
    this.#links.set(identity, link);
    this.#listener.events!.peer(link);
    this.send(identity, 'ping', 'ping');
    received.length = 0;
    return received;
  }

  send(from: string, subsystem: string, ...args: readonly string[]): void {
    const frames = ['', 'VIP1', '', 'm1', subsystem, ...args].map(encodeText);
    void this.#listener.events!.message(this.#links.get(from)!, frames);
  }
}

const wordsOf = (received: readonly (readonly Uint8Array[])[], subsystem: string): string[][] =>
  received
    .map((frames) => frames.map((frame) => Buffer.from(frame).toString()))
    .flatMap((words) => (words[4] === subsystem ? [words.slice(5)] : []));

/** What reference/vip-zmq.md §7.1 lists of Python's router, by its numbers: ours does not have it. */
describe('weakness 5: a publication is written anew for each subscriber', () => {
  it('all subscribers are handed the same frames', async () => {
    const bench = await Bench.create();
    const readers = ['a', 'b', 'c'].map((name) => bench.enter(name));
    for (const name of ['a', 'b', 'c']) bench.send(name, 'pubsub', 'subscribe', '{"prefix":"","bus":""}');
    for (const received of readers) received.length = 0;
    bench.enter('publisher');
    for (const received of readers) received.length = 0;
    bench.send('publisher', 'pubsub', 'publish', 't', body);
    const [first, second, third] = readers.map(([message]) => message);
    expect(first).toHaveLength(8);
    expect(second).toBe(first);
    expect(third).toBe(first);
  });
});

describe('weakness 6: a loser counts as served', () => {
  it('a full subscriber costs the others nothing, is named to the publisher and is not counted', async () => {
    const bench = await Bench.create();
    bench.enter('full', 'full');
    const received = bench.enter('good');
    for (const name of ['full', 'good']) bench.send(name, 'pubsub', 'subscribe', '{"prefix":"","bus":""}');
    const answers = bench.enter('publisher');
    bench.send('publisher', 'pubsub', 'publish', 't', body);
    expect(wordsOf(received, 'pubsub').at(-1)?.[0]).toBe('publish');
    expect(wordsOf(answers, 'error')).toEqual([['11', 'Resource temporarily unavailable', 'full', 'pubsub']]);
    expect(wordsOf(answers, 'pubsub')).toEqual([['request_response', '1']]);
  });
});

describe('weakness 11: counts from 128 on cannot be read', () => {
  it('a count is text', async () => {
    await using rig = await RouterRig.create();
    for (let n = 0; n < 200; n++) {
      const peer = await rig.peer(`peer.${n}`);
      await peer.ask('', 'pubsub', 'subscribe', '{"prefix":"t","bus":""}');
    }
    const publisher = await rig.peer('publisher');
    expect(texts(await publisher.ask('', 'pubsub', 'publish', 't', body))).toEqual(['request_response', '200']);
  });
});

/** Not in that list: short messages that cost everybody much. */
describe('a peer that wants to keep everybody busy', () => {
  it('is not told to all as often as it likes to say that it stops', async () => {
    const bench = await Bench.create();
    const received = bench.enter('good');
    bench.enter('hostile');
    for (let n = 0; n < 1000; n++) {
      bench.send('hostile', 'agentstop', 'hostile');
      bench.send('hostile', 'ping', 'ping');
    }
    expect(wordsOf(received, 'peerlist').filter(([, who]) => who === 'hostile')).toHaveLength(1 + 2 * 10);
  });

  it.each([
    ['peerlist', 'list'],
    ['pubsub', 'list', '{"subscribed":false}'],
    ['pubsub', 'synchronize', 'connected', '{"subscriptions":{"internal":{"":["0","1","2","3"]}}}'],
    ['pubsub', 'unsubscribe', '{"prefix":null,"bus":"other"}'],
  ])('is told to come again when it asks for too much: %s %s', async (subsystem, ...args) => {
    const bench = await Bench.create({ lookUps: { perSecond: 1, burst: 10 } });
    for (let n = 0; n < 3; n++) bench.enter(`p${n}`);
    const received = bench.enter('hostile');
    bench.send('hostile', 'pubsub', 'subscribe', '{"prefix":["0","1","2","3"],"bus":""}');
    for (let n = 0; n < 4; n++) bench.send('hostile', subsystem, ...args);
    expect(wordsOf(received, 'error')).toEqual([['11', 'Resource temporarily unavailable', '', subsystem]]);
  });
});
