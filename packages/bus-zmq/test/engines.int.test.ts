import { createHash } from 'node:crypto';
import { encodeKey, encodeText, parseAddress } from '@volttron-ts/vip-core';
import type { BusConnection, PeerLink, VipMessage } from '@volttron-ts/vip-core';
import { generateKeyPair } from '@volttron-ts/zmtp';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadLibzmqConnection, ZmqConnection, ZmqListener } from '../src/index.ts';
import { clock, silent } from './real-clock.ts';

const LibzmqConnection = await loadLibzmqConnection();
const engines = [
  ['our own ZMTP, whose messages share boxes', ZmqConnection],
  ['libzmq, which knows no packed messages', LibzmqConnection],
] as const;

function makePair(): { publickey: string; secretkey: string } {
  const { publicKey, secretKey } = generateKeyPair();
  return { publickey: encodeKey(publicKey), secretkey: encodeKey(secretKey) };
}

/** A listener that echoes what comes, and one connection to it. */
class Link implements AsyncDisposable {
  readonly heard: Uint8Array[][] = [];
  readonly messages: VipMessage[] = [];
  readonly bus: BusConnection;
  echoes = true;
  readonly #listener: ZmqListener;
  #changed: (() => void)[] = [];

  private constructor(bus: BusConnection, listener: ZmqListener) {
    this.bus = bus;
    this.#listener = listener;
  }

  static async create(Engine: typeof ZmqConnection | typeof LibzmqConnection): Promise<Link> {
    const keys = makePair();
    const listener = new ZmqListener({
      ...{ addresses: [parseAddress('tcp://127.0.0.1:0')], keys, clock, log: silent },
      authenticator: { authenticate: () => ({ status: 200, user: 'u' }) },
    });
    let heard: (link: PeerLink, frames: Uint8Array[]) => void = () => undefined;
    await listener.open({
      peer: () => undefined,
      message: (link, frames) => {
        heard(link, frames);
      },
      gone: () => undefined,
    });
    const address = parseAddress(listener.addresses[0]!);
    const bus = new Engine({ identity: 'one', address, keys: { ...makePair(), serverkey: keys.publickey }, clock });
    const link = new Link(bus, listener);
    heard = (peer, frames) => {
      link.heard.push(frames.map(copy));
      if (link.echoes) peer.send(frames);
      link.#wake();
    };
    bus.open({
      message: (message) => {
        link.messages.push({ ...message, args: message.args.map(copy) });
        link.#wake();
      },
      state: () => {
        link.#wake();
      },
    });
    await link.until(() => bus.state === 'connected');
    return link;
  }

  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => this.#changed.push(resolve));
  }

  #wake(): void {
    for (const resolve of this.#changed.splice(0)) resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.bus.close();
    await this.#listener.close();
  }
}

/** Frames may be views of one read. */
const copy = (frame: Uint8Array): Uint8Array => Uint8Array.from(frame);

/** Short names of frames: a difference of 100 KB is no text for people. */
const digests = (frames: readonly Uint8Array[]): string[] =>
  frames.map((frame) => createHash('sha256').update(frame).digest('hex'));

const message = (n: number, args: readonly Uint8Array[]) => ({ peer: '', id: `m.${n}`, subsystem: 'x', args });

describe.each(engines)('messages of a connection by %s', (_, Engine) => {
  // Around the 16 KB that share a box, the 255 bytes of a short frame, and beyond one read of a socket.
  const size = fc.oneof(
    fc.nat(20),
    fc.integer({ min: 250, max: 260 }),
    fc.integer({ min: 16_000, max: 17_000 }),
    fc.constant(100_000),
  );
  const frame = fc.tuple(size, fc.nat(255)).map(([length, byte]) => new Uint8Array(length).fill(byte));
  const batch = fc.array(fc.array(frame, { maxLength: 6 }), { minLength: 1, maxLength: 8 });

  it('come and go whole and in order, whatever is sent in one turn', async () => {
    await using link = await Link.create(Engine);
    await fc.assert(
      fc.asyncProperty(batch, async (sent) => {
        link.heard.length = 0;
        link.messages.length = 0;
        sent.forEach((args, n) => link.bus.send(message(n, args)));
        await link.until(() => link.messages.length === sent.length);
        expect(link.messages.map(({ id }) => id)).toEqual(sent.map((_args, n) => `m.${n}`));
        expect(link.heard.map((frames) => digests(frames.slice(5)))).toEqual(sent.map(digests));
        expect(link.messages.map(({ args }) => digests(args))).toEqual(sent.map(digests));
      }),
      { numRuns: 15 },
    );
  });

  it('leave all of them when it is closed at once', async () => {
    const link = await Link.create(Engine);
    // What comes back to a closed socket resets the connection, in either engine.
    link.echoes = false;
    for (let n = 0; n < 500; n++) expect(link.bus.send(message(n, [encodeText('x'.repeat(1000))]))).toBe('sent');
    await link.bus.close();
    await link.until(() => link.heard.length === 500);
    await link[Symbol.asyncDispose]();
  });
});
