import { describe, expect, it, vi } from 'vitest';

import { FreezingProxy } from './freezing-proxy.ts';
import { RawPeer } from './raw-peer.ts';
import {
  TestDealer,
  TestRouter,
  abstractEndpoint,
  bytes,
  clientKeys,
  curveClient,
  curveServer,
  nothing,
} from './sockets.ts';

const local = 'tcp://127.0.0.1:0';
const plain = { domain: '', mechanism: nothing };
const mechanisms = [
  ['NULL', nothing, nothing],
  ['CURVE', curveServer, curveClient],
] as const;

/** Sends until the socket says `full`; answers how many it took. */
function fill(send: () => string): number {
  for (let taken = 0; ; taken++) if (send() === 'full') return taken;
}

describe.each(mechanisms)('with %s', (_name, server, client) => {
  it('carries messages of megabytes beside small ones, in order', async () => {
    await using router = new TestRouter({}, (connection, frames) => {
      connection.send(frames);
    });
    const endpoint = await router.socket.bind(local, { domain: '', mechanism: server });
    await using dealer = new TestDealer(endpoint, { mechanism: client });
    await dealer.connects.count(1);
    const sizes = [10, 1_048_576, 0, 300, 5_000_000, 70_000, 16_384, 1];
    for (const size of sizes) dealer.socket.send([Buffer.from('head'), Buffer.alloc(size, size % 251)]);
    const answers = await dealer.messages.count(sizes.length);
    expect(answers.map(([, body]) => body?.length)).toEqual(sizes);
    expect(answers.every(([, body], index) => body?.equals(Buffer.alloc(sizes[index]!, sizes[index]! % 251)))).toBe(
      true,
    );
  });

  it('hands on messages that came together one by one, each when the one before is done', async () => {
    const seen: number[] = [];
    let atWork = 0;
    await using router = new TestRouter({}, async (_connection, [head, ...rest]) => {
      expect(++atWork).toBe(1);
      await new Promise((resolve) => setImmediate(resolve));
      atWork -= 1;
      expect(rest.map(({ length }) => length)).toEqual([0, 300]);
      seen.push(Number(head));
    });
    const endpoint = await router.socket.bind(local, { domain: '', mechanism: server });
    await using dealer = new TestDealer(endpoint, { mechanism: client });
    await dealer.connects.count(1);
    for (let n = 0; n < 500; n++) dealer.socket.send([Buffer.from(String(n)), Buffer.alloc(0), Buffer.alloc(300)]);
    await router.messages.count(500);
    await vi.waitFor(() => {
      expect(seen).toEqual(Array.from({ length: 500 }, (_, n) => n));
    });
  });

  it('says full at the mark, drains, and loses nothing it took', async () => {
    const gate = Promise.withResolvers<undefined>();
    await using router = new TestRouter({}, () => gate.promise);
    const endpoint = await router.socket.bind(abstractEndpoint(), { domain: '', mechanism: server });
    await using dealer = new TestDealer(endpoint, { mechanism: client }, { sendMessages: 100 });
    await dealer.connects.count(1);
    let number = 0;
    const message = (): Buffer[] => [Buffer.from(String(number++)), Buffer.alloc(10_000)];
    let taken = 0;
    const isStuck = async (): Promise<boolean> => {
      taken += fill(() => dealer.socket.send(message()));
      number = taken;
      return Promise.race([
        dealer.socket.writable().then(() => false),
        new Promise<boolean>((resolve) => setTimeout(resolve, 300, true)),
      ]);
    };
    while (!(await isStuck()));
    expect(taken).toBeGreaterThan(99);
    const drained = dealer.socket.writable();
    gate.resolve(undefined);
    await drained;
    expect(dealer.socket.send(message())).toBe('sent');
    const messages = await router.messages.count(taken + 1);
    expect(messages.map(([head]) => Number(head))).toEqual(messages.map((_, index) => index));
  });

  it('says full at the mark in bytes, but takes one large message', async () => {
    await using router = new TestRouter();
    const endpoint = await router.socket.bind(local, { domain: '', mechanism: server });
    await using dealer = new TestDealer(endpoint, { mechanism: client }, { sendBytes: 1000 });
    await dealer.connects.count(1);
    expect(dealer.socket.send([Buffer.alloc(5000)])).toBe('sent');
    expect(dealer.socket.send([Buffer.alloc(1)])).toBe('full');
    await dealer.socket.writable();
    expect(dealer.socket.send([Buffer.alloc(500)])).toBe('sent');
  });

  it.each([
    ['bytes', { maxMessageBytes: 10_000 }, [Buffer.alloc(5000), Buffer.alloc(5001)]],
    ['frames', { maxFrames: 3 }, bytes('1', '2', '3', '4')],
  ] as const)(
    'closes a peer whose message has too many %s, and serves one at the limit',
    async (_what, limits, bad) => {
      await using router = new TestRouter(limits);
      const endpoint = await router.socket.bind(local, { domain: '', mechanism: server });
      await using dealer = new TestDealer(endpoint, { mechanism: client });
      await dealer.connects.count(1);
      dealer.socket.send([bad[0], Buffer.from(bad[1].subarray(1)), Buffer.alloc(0)]);
      dealer.socket.send(bad);
      await dealer.disconnects.count(1);
      expect((await router.disconnects.count(1))[0]?.reason).toBe('protocol');
      expect(router.messages.entries).toHaveLength(1);
    },
  );

  it('stops reading while a handler is at work, so that memory stays flat', async () => {
    const gate = Promise.withResolvers<undefined>();
    await using router = new TestRouter({}, () => gate.promise);
    const endpoint = await router.socket.bind(local, { domain: '', mechanism: server });
    await using dealer = new TestDealer(endpoint, { mechanism: client }, { sendBytes: 1 << 22 });
    await dealer.connects.count(1);
    let taken = 0;
    const body = Buffer.alloc(100_000);
    for (let round = 0; round < 300; round++) {
      while (dealer.socket.send([body]) === 'sent') taken += 1;
      await new Promise((resolve) => setImmediate(resolve));
    }
    // Kernel buffers, our queue and one read chunk: what is in flight is bounded.
    expect(taken * body.length).toBeLessThan(64 << 20);
    expect(router.messages.entries).toHaveLength(1);
    gate.resolve(undefined);
    await router.messages.count(taken);
  });

  it('sends what is queued before it closes', async () => {
    await using router = new TestRouter();
    const endpoint = await router.socket.bind(local, { domain: '', mechanism: server });
    await using dealer = new TestDealer(endpoint, { mechanism: client });
    await dealer.connects.count(1);
    for (let index = 0; index < 1000; index++) dealer.socket.send([Buffer.alloc(1000)]);
    await dealer.socket.close({ linger: 5000 });
    expect(dealer.socket.send([Buffer.alloc(1)])).toBe('closed');
    await router.disconnects.count(1);
    expect(router.messages.entries).toHaveLength(1000);
  });

  it('keeps an idle connection by heartbeats and gives up a dead one on both sides', async () => {
    const beats = { heartbeatMs: 50, heartbeatTimeoutMs: 200 };
    await using router = new TestRouter(beats);
    const endpoint = await router.socket.bind(local, { domain: '', mechanism: server });
    using proxy = await FreezingProxy.to(endpoint);
    await using through = new TestDealer(proxy.endpoint, { mechanism: client }, beats);
    await using idle = new TestDealer(endpoint, { mechanism: client }, { heartbeatMs: 0 });
    await Promise.all([through.connects.count(1), idle.connects.count(1)]);
    proxy.freeze();
    expect(await through.disconnects.count(1)).toEqual(['silent']);
    const [gone] = await router.disconnects.count(1);
    expect(gone?.reason).toBe('silent');
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(idle.disconnects.entries).toEqual([]);
  });
});

describe('a dealer', () => {
  it('queues nothing while it is not connected', async () => {
    await using dealer = new TestDealer(abstractEndpoint(), { mechanism: nothing });
    expect(dealer.socket.send(bytes('lost'))).toBe('closed');
    await dealer.socket.writable();
  });

  it('comes back within 2 s of its peer', async () => {
    const endpoint = abstractEndpoint();
    const first = new TestRouter();
    await first.socket.bind(endpoint, plain);
    await using dealer = new TestDealer(endpoint, { identity: 'alice', mechanism: nothing });
    await dealer.connects.count(1);
    await first.socket.close();
    await dealer.disconnects.count(1);
    await dealer.failures.count(3);
    await using second = new TestRouter();
    const back = performance.now();
    await second.socket.bind(endpoint, plain);
    await dealer.connects.count(2);
    expect(performance.now() - back).toBeLessThan(2500);
    dealer.socket.send(bytes('again'));
    await second.messages.count(1);
  });

  it('reads nothing more while its handler is at work, and goes on after a rejection', async () => {
    const seen: string[] = [];
    await using router = new TestRouter();
    const endpoint = await router.socket.bind(local, plain);
    await using dealer = new TestDealer(endpoint, { mechanism: nothing }, {}, async ([frame]) => {
      seen.push(`begin ${String(frame)}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      seen.push(`end ${String(frame)}`);
      if (String(frame) === '1') throw new Error('handler');
    });
    const [connection] = await router.connections.count(1);
    for (let index = 0; index < 4; index++) connection?.send(bytes(String(index)));
    await dealer.messages.count(4);
    expect(seen.slice(0, 6)).toEqual(['begin 0', 'end 0', 'begin 1', 'end 1', 'begin 2', 'end 2']);
    expect(dealer.events.entries.some(({ type }) => type === 'handler-failed')).toBe(true);
  });

  it('stays quiet after close', async () => {
    const dealer = new TestDealer(abstractEndpoint(), { mechanism: nothing });
    await dealer.failures.count(1);
    await dealer.socket.close();
    await dealer.socket.close();
    const before = dealer.events.entries.length;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(dealer.events.entries).toHaveLength(before);
  });
});

describe('a router', () => {
  it('closes a peer that does not finish its handshake in time', async () => {
    await using router = new TestRouter({ handshakeTimeoutMs: 100 });
    const endpoint = await router.socket.bind(local, plain);
    using peer = new RawPeer(endpoint);
    await peer.closed();
    const failed = await router.events.find(({ type }) => type === 'handshake-failed');
    expect(failed).toMatchObject({ reason: 'timeout', address: '127.0.0.1', endpoint });
  });

  it('evicts the oldest peer that is not admitted when it is full, and never an admitted one', async () => {
    await using router = new TestRouter({ maxConnections: 2 });
    const endpoint = await router.socket.bind(local, plain);
    using admitted = RawPeer.dealer(endpoint, 'one');
    await admitted.sees('READY');
    using idle = new RawPeer(endpoint);
    await idle.sees('NULL');
    using newcomer = RawPeer.dealer(endpoint, 'two');
    await newcomer.sees('READY');
    await idle.closed();
    using toomany = RawPeer.dealer(endpoint, 'three');
    expect(await toomany.closed()).toBe('');
    expect([admitted.isOpen, newcomer.isOpen]).toEqual([true, true]);
  });

  it('answers PINGs with their context, also to peers that read nothing else', async () => {
    await using router = new TestRouter();
    const endpoint = await router.socket.bind(local, plain);
    using peer = RawPeer.dealer(endpoint, 'one');
    peer.socket.removeAllListeners('data');
    await router.connections.count(1);
    peer.socket.pause();
    for (let index = 0; index < 50_000; index++) peer.command('PING', Buffer.from('\0\0context'));
    peer.command('PING', Buffer.from('\0\0last one'));
    const chunks: Buffer[] = [];
    await new Promise<void>((resolve) => {
      peer.socket.on('data', (chunk) => {
        chunks.push(chunk);
        if (chunk.includes('PONG')) resolve();
      });
      peer.socket.resume();
    });
    expect(Buffer.concat(chunks).includes('\x04PONGcontext')).toBe(true);
  });

  it('does not send PINGs to a ZMTP 3.0 peer', async () => {
    await using router = new TestRouter({ heartbeatMs: 20, heartbeatTimeoutMs: 40 });
    const endpoint = await router.socket.bind(local, plain);
    using peer = RawPeer.dealer(endpoint, 'old', 0);
    await peer.sees('READY');
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(peer.isOpen).toBe(true);
    peer.socket.end();
    expect(await peer.closed()).not.toContain('PING');
  });

  it('delivers what a peer sent before it left', async () => {
    await using router = new TestRouter({}, () => new Promise((resolve) => setTimeout(resolve, 5)));
    const endpoint = await router.socket.bind(local, plain);
    await using dealer = new TestDealer(endpoint, { mechanism: nothing });
    await dealer.connects.count(1);
    for (let index = 0; index < 20; index++) dealer.socket.send(bytes(String(index)));
    await dealer.socket.close();
    const [end] = await router.disconnects.count(1);
    expect([router.messages.entries.length, end?.reason]).toEqual([20, 'lost']);
  });

  it('outlives handlers that throw', async () => {
    let number = 0;
    await using router = new TestRouter({}, (connection, frames) => {
      number += 1;
      if (number === 1) throw new Error('handler');
      connection.send(frames);
    });
    const endpoint = await router.socket.bind(local, plain);
    await using dealer = new TestDealer(endpoint, { mechanism: nothing });
    await dealer.connects.count(1);
    dealer.socket.send(bytes('first'));
    dealer.socket.send(bytes('second'));
    expect((await dealer.messages.count(1)).map(String)).toEqual(['second']);
    expect(await router.events.find(({ type }) => type === 'handler-failed')).toMatchObject({
      error: { code: 'handler', item: 'message' },
    });
  });

  it('closes with all its connections, however often it is asked', async () => {
    const router = new TestRouter();
    const endpoint = await router.socket.bind(local, plain);
    await using dealer = new TestDealer(endpoint, { identity: 'one', mechanism: nothing });
    const [connection] = await router.connections.count(1);
    connection?.send(bytes('goodbye'));
    await Promise.all([router.socket.close(), router.socket.close()]);
    expect((await dealer.messages.count(1)).map(String)).toEqual(['goodbye']);
    expect(connection?.send(bytes('late'))).toBe('closed');
    await expect(router.socket.bind(local, plain)).rejects.toMatchObject({ code: 'socket-use' });
  });

  it('serves several endpoints with their own domains and mechanisms', async () => {
    await using router = new TestRouter();
    const open = await router.socket.bind(abstractEndpoint(), { domain: 'local', mechanism: nothing });
    const safe = await router.socket.bind(local, { domain: 'vip', mechanism: curveServer });
    await using one = new TestDealer(open, { identity: 'one', mechanism: nothing });
    await using two = new TestDealer(safe, { identity: 'two', mechanism: curveClient });
    await Promise.all([one.connects.count(1), two.connects.count(1)]);
    const found = Object.fromEntries(
      (await router.connections.count(2)).map(({ identity, domain, publicKey }) => [
        identity.toString(),
        [domain, publicKey],
      ]),
    );
    expect(found).toEqual({ one: ['local', undefined], two: ['vip', clientKeys.publicKey] });
  });
});
