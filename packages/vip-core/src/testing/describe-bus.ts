import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BusConnection } from '../contracts/bus.ts';
import type { VipMessage } from '../message.ts';
import { decodePublishBody } from '../publish-body.ts';
import { decodeText } from '../text.ts';
import { BusPeer, texts } from './bus-peer.ts';

/** A bus with a platform's router behind it. */
export interface BusUnderTest {
  /** An agent's connection, not yet opened. Every identity asked for may connect. */
  connect(identity: string): BusConnection;
  /** Ends the transport under a connection as a failing network would; absent where no transport can fail. */
  cut?(identity: string): void;
  close(): Promise<void>;
}

/** Some buses say behind the name on which of them the peer is. */
const isAbout = (message: VipMessage, change: string): boolean =>
  message.subsystem === 'peerlist' && texts(message).slice(0, 2).join() === change;

/** The contract of every message bus: what an agent may rely on, whichever bus carries it. */
export function describeBus(
  name: string,
  create: () => Promise<BusUnderTest>,
  transport: 'network' | 'in-process' = 'network',
): void {
  describe(`bus contract: ${name}`, () => {
    let bus: BusUnderTest;
    let peers: BusPeer[];
    const peer = async (identity: string): Promise<BusPeer> => {
      const made = new BusPeer(bus.connect(identity));
      peers.push(made);
      await made.hello();
      return made;
    };

    beforeEach(async () => {
      bus = await create();
      peers = [];
    });

    afterEach(async () => {
      await Promise.all(peers.map(async (made) => made.bus.close()));
      await bus.close();
    });

    it('welcomes a peer under its identity', async () => {
      const one = new BusPeer(bus.connect('one'));
      peers.push(one);
      const welcome = await one.hello();
      expect(welcome.peer).toBe('');
      expect(texts(welcome).slice(0, 2)).toEqual(['welcome', '1.0']);
      expect(texts(welcome)[3]).toBe('one');
    });

    it('carries frames between peers byte for byte and names the sender', async () => {
      const one = await peer('one');
      const two = await peer('two');
      const every = Uint8Array.from({ length: 256 }, (_, byte) => byte);
      const id = await one.send('two', 'test', [every, '', '1.0', '[NaN]', 'é中🙂']);
      const got = await two.message((message) => message.id === id);
      expect(got.peer).toBe('one');
      expect(got.user).toBe('one');
      expect([...(got.args[0] ?? [])]).toEqual([...every]);
      expect(texts(got).slice(1)).toEqual(['', '1.0', '[NaN]', 'é中🙂']);
    });

    it('keeps the order of a sender over 2,000 messages', async () => {
      const one = await peer('one');
      const two = await peer('two');
      for (let n = 0; n < 2000; n++) await one.send('two', 'test', [String(n)]);
      const got = await two.count((message) => message.subsystem === 'test', 2000);
      expect(got.map((message) => texts(message)[0])).toEqual(Array.from({ length: 2000 }, (_, n) => String(n)));
    });

    it('carries a message of 1 MB', async () => {
      const one = await peer('one');
      const two = await peer('two');
      const big = new Uint8Array(1_000_000).fill(0x61);
      const id = await one.send('two', 'test', [big]);
      const got = await two.message((message) => message.id === id);
      expect(got.args[0]?.length).toBe(1_000_000);
    });

    it('answers errno 113 for a peer that is not there', async () => {
      const one = await peer('one');
      const answer = await one.ask('nobody', 'RPC', '{}');
      expect(answer.subsystem).toBe('error');
      expect(texts(answer)).toEqual(['113', 'No route to host', 'nobody', 'RPC']);
    });

    it('answers errno 93 for a subsystem the router does not know', async () => {
      const one = await peer('one');
      const answer = await one.ask('', 'nosuch', 'a');
      expect(answer.subsystem).toBe('error');
      expect(texts(answer)).toEqual(['93', 'Protocol not supported', '', 'nosuch']);
    });

    it('lists peers, and tells of those that come and go', async () => {
      const one = await peer('one');
      const two = await peer('two');
      const listing = texts(await one.ask('', 'peerlist', 'list'));
      expect(listing[0]).toBe('listing');
      expect(listing.slice(1)).toEqual(expect.arrayContaining(['one', 'two']));
      await one.message((message) => isAbout(message, 'add,two'));
      await two.send('', 'agentstop', ['two'], '');
      await two.bus.close();
      await one.message((message) => isAbout(message, 'drop,two'));
    });

    it('delivers a publication once to each subscriber, with its sender, and counts them', async () => {
      const one = await peer('one');
      const two = await peer('two');
      await two.ask('', 'pubsub', 'subscribe', '{"prefix":["devices/","devices/a"],"bus":"","all_platforms":false}');
      const answer = await one.ask(
        '',
        'pubsub',
        'publish',
        'devices/a/all',
        '{"bus":"","headers":{"h":1.0},"message":[1.0]}',
      );
      const [operation, count] = texts(answer);
      expect([operation, count]).toEqual(['request_response', '1']);
      const got = await two.count((message) => texts(message)[0] === 'publish', 1);
      expect(got).toHaveLength(1);
      const [, topic, body] = got[0]?.args ?? [];
      expect(decodeText(topic ?? new Uint8Array())).toBe('devices/a/all');
      expect(decodeText(body ?? new Uint8Array())).toContain('[1.0]');
      expect(decodePublishBody(body ?? new Uint8Array()).sender).toBe('one');
    });

    it('makes a full connection wait and loses nothing', async () => {
      const one = await peer('one');
      const two = await peer('two');
      const chunk = new Uint8Array(64 * 1024);
      for (let n = 0; n < 200; n++) await one.send('two', 'test', [chunk]);
      await two.count((message) => message.subsystem === 'test', 200);
    });

    if (transport === 'network') {
      it('comes back by itself after its transport failed', async () => {
        const one = await peer('one');
        bus.cut?.('one');
        await one.state('lost');
        await one.state('connected', 2);
        expect(texts(await one.ask('', 'hello', 'hello'))[0]).toBe('welcome');
      });
    }

    it('can be closed twice', async () => {
      const one = await peer('one');
      await one.bus.close();
      await one.bus.close();
      expect(one.bus.state).toBe('closed');
      expect(one.bus.send({ peer: '', id: '1', subsystem: 'ping', args: [] })).toBe('closed');
    });
  });
}
