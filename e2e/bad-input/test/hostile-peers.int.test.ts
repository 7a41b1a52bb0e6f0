import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { defineAgent, startAgent, t } from '@volttron-ts/agent';
import type { RunningAgent } from '@volttron-ts/agent';
import type { KeyPair } from '@volttron-ts/auth';
import { ZmqConnection } from '@volttron-ts/bus-zmq';
import { systemClock } from '@volttron-ts/connect';
import { decodeKey, parseAddress } from '@volttron-ts/vip-core';
import type { Logger } from '@volttron-ts/vip-core';
import { DealerSocket } from '@volttron-ts/zmtp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enter, makeHome } from './support/home.ts';
import { goldenMessages, hostileMessage } from './support/hostile-messages.ts';
import { Random } from './support/random.ts';
import { Running } from './support/run.ts';

const SEED = Number(process.env['VOLTTRON_TEST_SEED'] ?? 20_251_125);
const CASES = 2400;
const RAW_CASES = 200;
/** Most frames that a message may have (zmtp's limit). */
const MAX_FRAMES = 1024;
const WARM_UP = 600;
const GROWTH_BYTES = 150 << 20;

const silent: Logger = Object.fromEntries(
  ['debug', 'info', 'warn', 'error'].map((level) => [level, () => undefined]),
) as unknown as Logger;

let platform: Running;
let address: string;
let serverkey: string;
let good: RunningAgent;
let hostileKeys: KeyPair;

beforeAll(async () => {
  const home = await makeHome('vip-address = tcp://127.0.0.1:0');
  const [goodKeys, hostile] = await enter(home, 'good', 'hostile');
  hostileKeys = hostile!;
  platform = new Running({ program: 'volttron', args: [], home, told: true });
  const status = (await platform.told()) as { readonly addresses: readonly string[]; readonly serverKey: string };
  address = status.addresses.find((one) => one.startsWith('tcp:'))!;
  serverkey = status.serverKey;
  const keys = { publickey: goodKeys!.publicKey, secretkey: goodKeys!.secret.reveal(), serverkey };
  good = startAgent(defineAgent({ name: 'good', config: t.Object({}) }), {
    bus: new ZmqConnection({ identity: 'good', address: parseAddress(address), keys, clock: systemClock }),
    log: silent,
    clock: systemClock,
  });
});

afterAll(async () => {
  await good.stop();
});

/** A client that does nothing wrong is answered: hello, a publication to itself, a call. */
async function expectService(round: number): Promise<void> {
  await good.vip.hello('');
  const topic = `good/${round}`;
  const heard = new AbortController();
  const subscription = good.vip.pubsub.subscribe(topic, { signal: heard.signal });
  const first = (async (): Promise<unknown> => {
    for await (const { message } of subscription) return message;
    return undefined;
  })();
  await good.vip.pubsub.publish(topic, round);
  expect(await first).toBe(round);
  heard.abort();
  expect(await good.vip.rpc.call('platform.auth', 'get_user_to_capabilities')).toHaveProperty('good');
}

/** Resident bytes of the platform's process. */
async function residentBytes(): Promise<number> {
  const status = await readFile(`/proc/${platform.child.pid!}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1024;
}

/** A peer with a good key that sends what it likes, and can wait until the router has read all of it. */
class Hostile {
  readonly #socket: DealerSocket;
  readonly #waiting = new Map<string, () => void>();
  #connected = Promise.withResolvers<undefined>();
  /** How often the router ended the connection. */
  putOut = 0;

  constructor() {
    this.#socket = new DealerSocket({
      connected: () => {
        this.#connected.resolve(undefined);
      },
      disconnected: (reason) => {
        if (reason !== 'closed') this.putOut++;
        this.#connected = Promise.withResolvers();
        // What was asked went down with the connection.
        for (const wake of this.#waiting.values()) wake();
      },
      message: (frames) => {
        const [, , , id, subsystem] = frames.map(String);
        if (subsystem === 'ping') this.#waiting.get(id ?? '')?.();
      },
    });
    this.#socket.connect(address, {
      identity: 'hostile',
      mechanism: {
        type: 'CURVE',
        publicKey: decodeKey(hostileKeys.publicKey),
        secretKey: decodeKey(hostileKeys.secret.reveal()),
        serverKey: decodeKey(serverkey),
      },
    });
  }

  async send(frames: readonly Buffer[]): Promise<void> {
    for (;;) {
      await this.#connected.promise;
      const result = this.#socket.send(frames);
      if (result === 'sent') return;
      await this.#socket.writable();
    }
  }

  /** Settles when the router has answered a ping sent after all else, or has put this peer out. */
  async settled(id: string): Promise<void> {
    const answered = new Promise<void>((resolve) => this.#waiting.set(id, resolve));
    await this.send(['', 'VIP1', '', id, 'ping'].map((text) => Buffer.from(text)));
    await answered;
    this.#waiting.delete(id);
  }

  async close(): Promise<void> {
    await this.#socket.close({ linger: 0 });
  }
}

describe('a platform among hostile peers', () => {
  it(`serves a good client through ${CASES} malformed messages of a peer that is let in (seed ${SEED})`, async () => {
    const random = new Random(SEED);
    const golden = goldenMessages();
    expect(golden.length).toBeGreaterThan(100);
    const hostile = new Hostile();
    let warm = 0;
    let tooLong = 0;
    for (let n = 0; n < CASES; n++) {
      const frames = hostileMessage(n, golden, random);
      if (frames.length > 0) await hostile.send(frames);
      if (frames.length > MAX_FRAMES) {
        // The router puts a peer out for it; what is sent after it would be lost unread.
        tooLong++;
        await hostile.settled(`too long.${n}`);
      }
      if (n % 100 !== 99) continue;
      await hostile.settled(`settled.${n}`);
      await expectService(n);
      if (n + 1 === WARM_UP) warm = await residentBytes();
    }
    await hostile.close();
    // Every other message was read: nothing else ends a connection.
    expect(hostile.putOut).toBe(tooLong);
    expect(tooLong).toBeLessThan(CASES - 2000);
    expect((await residentBytes()) - warm).toBeLessThan(GROWTH_BYTES);
  }, 300_000);

  it(`serves a good client through ${RAW_CASES} connections with bytes that are no ZMTP`, async () => {
    const random = new Random(SEED + 1);
    const greeting = Buffer.concat([
      Buffer.from([0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 1]),
      Buffer.from('CURVE'.padEnd(20, '\0')),
      Buffer.alloc(32),
    ]);
    for (let n = 0; n < RAW_CASES; n++) {
      const start = random.pick([Buffer.alloc(0), greeting, greeting.subarray(0, random.below(64))]);
      await poke(Buffer.concat([start, random.bytes(random.below(600))]));
      if (n % 100 === 99) await expectService(CASES + n);
    }
  });

  it('has logged no error and no line that is no record, and stops as asked', async () => {
    await good.stop();
    const { code, stderr } = await platform.stop();
    expect(code).toBe(0);
    const records = stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { readonly level: number; readonly msg: string });
    expect(records.filter(({ level }) => level >= 50)).toEqual([]);
  });
});

/** Sends bytes to the port of the bus, then goes. */
async function poke(bytes: Buffer): Promise<void> {
  const { hostname, port } = new URL(address);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.on('error', () => undefined);
  const closed = once(socket, 'close');
  socket.resume().end(bytes);
  await closed;
}
