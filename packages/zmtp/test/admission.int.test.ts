import { describe, expect, it, vi } from 'vitest';

import { generateKeyPair } from '../src/index.ts';
import type { AuthenticationDecision, AuthenticationRequest } from '../src/index.ts';
import { RawPeer } from './raw-peer.ts';
import { TestDealer, TestRouter, bytes, clientKeys, curveClient, curveServer, nothing, serverKeys } from './sockets.ts';

const local = 'tcp://127.0.0.1:0';
const curve = { domain: 'vip', mechanism: curveServer };
const plain = { domain: 'vip', mechanism: nothing };

describe('the authenticator', () => {
  it('sees key, claimed identity, domain, address and metadata before READY, and names the user', async () => {
    const requests: AuthenticationRequest[] = [];
    await using router = new TestRouter({
      authenticator: async (request) => {
        requests.push(request);
        expect(router.connections.entries).toEqual([]);
        await Promise.resolve();
        return { status: 200, userId: 'alice@campus', metadata: { group: 'ops' } };
      },
    });
    const endpoint = await router.socket.bind(local, curve);
    await using dealer = new TestDealer(endpoint, { identity: 'alice', mechanism: curveClient });
    await dealer.connects.count(1);
    const [connection] = await router.connections.count(1);
    expect(requests).toMatchObject([{ mechanism: 'CURVE', domain: 'vip', address: '127.0.0.1' }]);
    expect(requests[0]?.publicKey).toEqual(clientKeys.publicKey);
    expect(requests[0]?.identity.toString()).toBe('alice');
    expect(requests[0]?.metadata.get('socket-type')?.toString()).toBe('DEALER');
    expect(connection).toMatchObject({ userId: 'alice@campus', metadata: { group: 'ops' } });
  });

  it.each([400, 500] as const)('answers %i with an ERROR, and the dealer goes on trying', async (status) => {
    await using router = new TestRouter({ authenticator: () => ({ status, text: 'unknown key' }) });
    const endpoint = await router.socket.bind(local, curve);
    await using dealer = new TestDealer(endpoint, { mechanism: curveClient }, { random: () => 1 });
    await dealer.refusals.count(2);
    expect(dealer.refusals.entries[0]).toMatchObject({ code: 'refused', status });
    expect(dealer.connects.entries).toEqual([]);
    const failed = await router.events.find(({ type }) => type === 'handshake-failed');
    expect(failed).toMatchObject({ reason: 'refused', error: { code: 'denied', status } });
  });

  it('keeps a libzmq peer quiet with 300 until the handshake times out', async () => {
    await using router = new TestRouter({
      handshakeTimeoutMs: 300,
      authenticator: () => ({ status: 300, text: 'pending' }),
    });
    const endpoint = await router.socket.bind(local, plain);
    using peer = RawPeer.dealer(endpoint, 'old');
    expect(await peer.closed()).not.toContain('ERROR');
    const failed = await router.events.find(({ type }) => type === 'handshake-failed');
    expect(failed).toMatchObject({ reason: 'refused', error: { status: 300 } });
  });

  it('asked again lets in a peer that was kept quiet, on the connection it has', async () => {
    const asked: string[] = [];
    let decision: AuthenticationDecision = { status: 300, text: 'pending' };
    await using router = new TestRouter({
      authenticator: ({ identity }) => {
        asked.push(identity.toString());
        return identity.toString() === 'new' ? decision : { status: 300, text: 'pending' };
      },
    });
    const endpoint = await router.socket.bind(local, plain);
    using peer = RawPeer.dealer(endpoint, 'new');
    using other = RawPeer.dealer(endpoint, 'other');
    await vi.waitFor(() => {
      expect(asked.toSorted()).toEqual(['new', 'other']);
    });
    router.socket.askAgain(() => true);
    expect(asked).toHaveLength(4);
    decision = { status: 200, userId: 'new' };
    router.socket.askAgain(({ identity }) => identity.toString() === 'new');
    await peer.sees('READY');
    const [connection] = await router.connections.count(1);
    expect(connection?.userId).toBe('new');
    peer.socket.destroy();
    expect(await router.events.find(({ type }) => type === 'disconnected')).toMatchObject({ reason: 'lost' });
    expect(asked).toHaveLength(5);
    expect(other.isOpen).toBe(true);
  });

  it('asked again turns away for good whom it denies now', async () => {
    let decision: AuthenticationDecision = { status: 300, text: 'pending' };
    await using router = new TestRouter({ authenticator: () => decision });
    const endpoint = await router.socket.bind(local, plain);
    using peer = RawPeer.dealer(endpoint, 'new');
    await peer.sees('NULL');
    await router.events.find(({ type }) => type === 'accepted');
    decision = { status: 400, text: 'denied' };
    await vi.waitFor(() => {
      router.socket.askAgain(() => true);
      expect(peer.socket.readyState).not.toBe('open');
    });
    expect(await peer.closed()).toContain('400');
  });

  it('notices when such a peer goes away or sends something', async () => {
    await using router = new TestRouter({ authenticator: () => ({ status: 300, text: 'pending' }) });
    const endpoint = await router.socket.bind(local, plain);
    using leaving = RawPeer.dealer(endpoint, 'leaving');
    await leaving.sees('NULL');
    leaving.socket.end();
    await leaving.closed();
    using talking = RawPeer.dealer(endpoint, 'talking');
    talking.command('PING', Buffer.of(0, 0));
    await talking.closed();
    expect(router.messages.entries).toEqual([]);
  });

  it('answers 300 to our own dealer, which comes back by itself and is let in once approved', async () => {
    let decision: AuthenticationDecision = { status: 300, text: 'pending' };
    await using router = new TestRouter({ authenticator: () => decision });
    const endpoint = await router.socket.bind(local, curve);
    await using dealer = new TestDealer(endpoint, { identity: 'late', mechanism: curveClient });
    const [refusal] = await dealer.refusals.count(1);
    expect(refusal?.status).toBe(300);
    decision = { status: 200, userId: 'late' };
    const approved = performance.now();
    await dealer.connects.count(1);
    expect(performance.now() - approved).toBeLessThan(3000);
  });

  it('that throws or rejects refuses the peer with 500 and stops nothing', async () => {
    await using router = new TestRouter({
      authenticator: ({ identity }) => {
        if (identity.toString() === 'good') return { status: 200, userId: 'good' };
        if (identity.toString() === 'sync') throw new Error('broken');
        return Promise.reject(new Error('broken'));
      },
    });
    const endpoint = await router.socket.bind(local, plain);
    for (const identity of ['sync', 'async']) {
      await using dealer = new TestDealer(endpoint, { identity, mechanism: nothing });
      expect((await dealer.refusals.count(1))[0]?.status).toBe(500);
    }
    await using good = new TestDealer(endpoint, { identity: 'good', mechanism: nothing });
    await good.connects.count(1);
    expect(router.events.entries.filter(({ type }) => type === 'handler-failed')).toHaveLength(2);
  });

  it('is not asked about a peer that cannot speak', async () => {
    let asked = 0;
    await using router = new TestRouter({
      authenticator: () => {
        asked += 1;
        return { status: 200, userId: '' };
      },
    });
    const endpoint = await router.socket.bind(local, curve);
    const wrongKey = { ...curveClient, serverKey: generateKeyPair().publicKey };
    await using stranger = new TestDealer(endpoint, { mechanism: wrongKey });
    await using plainDealer = new TestDealer(endpoint, { mechanism: nothing });
    await stranger.failures.count(1);
    await plainDealer.failures.count(1);
    const reasons = router.events.entries.flatMap((event) => (event.type === 'handshake-failed' ? event.reason : []));
    expect(new Set(reasons)).toEqual(new Set(['crypto', 'protocol']));
    expect(asked).toBe(0);
  });
});

describe('dropKey', () => {
  it('ends all live connections of a key at once, and no other', async () => {
    await using router = new TestRouter();
    const endpoint = await router.socket.bind(local, curve);
    const other = { ...curveClient, ...generateKeyPair() };
    await using one = new TestDealer(endpoint, { identity: 'one', mechanism: curveClient });
    await using two = new TestDealer(endpoint, { identity: 'two', mechanism: curveClient });
    await using three = new TestDealer(endpoint, { identity: 'three', mechanism: other });
    await router.connections.count(3);
    expect(router.socket.dropKey(clientKeys.publicKey)).toBe(2);
    expect(router.disconnects.entries.map(({ reason }) => reason)).toEqual(['dropped', 'dropped']);
    expect(await one.disconnects.count(1)).toEqual(['lost']);
    expect(await two.disconnects.count(1)).toEqual(['lost']);
    three.socket.send(bytes('still here'));
    await router.messages.count(1);
    expect(router.socket.dropKey(serverKeys.publicKey)).toBe(0);
  });

  it('ends a handshake whose decision is under way', async () => {
    let decide: (decision: AuthenticationDecision) => void = () => undefined;
    let asked: () => void = () => undefined;
    const question = new Promise<void>((resolve) => (asked = resolve));
    await using router = new TestRouter({
      authenticator: () => {
        asked();
        return new Promise((resolve) => (decide = resolve));
      },
    });
    const endpoint = await router.socket.bind(local, curve);
    await using dealer = new TestDealer(endpoint, { mechanism: curveClient });
    await question;
    expect(router.socket.dropKey(clientKeys.publicKey)).toBe(1);
    decide({ status: 200, userId: 'late' });
    await dealer.failures.count(1);
    expect(router.connections.entries).toEqual([]);
  });
});
