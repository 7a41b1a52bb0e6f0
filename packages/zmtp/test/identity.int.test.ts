import { describe, expect, it } from 'vitest';

import { generateKeyPair } from '../src/index.ts';
import { FreezingProxy } from './freezing-proxy.ts';
import { RawPeer } from './raw-peer.ts';
import { TestDealer, TestRouter, bytes, curveClient, curveServer, nothing } from './sockets.ts';

const local = 'tcp://127.0.0.1:0';
const curve = { domain: 'vip', mechanism: curveServer };

describe('identities', () => {
  it('are made up for peers without one: a zero byte and four random ones', async () => {
    await using router = new TestRouter();
    const endpoint = await router.socket.bind(local, curve);
    await using one = new TestDealer(endpoint, { mechanism: curveClient });
    await using two = new TestDealer(endpoint, { mechanism: curveClient });
    await Promise.all([one.connects.count(1), two.connects.count(1)]);
    const [first, second] = (await router.connections.count(2)).map(({ identity }) => identity);
    expect([first?.length, first?.[0], second?.length, second?.[0]]).toEqual([5, 0, 5, 0]);
    expect(first).not.toEqual(second);
  });

  it('beginning with a zero byte, or too long, are refused', async () => {
    await using router = new TestRouter();
    const endpoint = await router.socket.bind(local, { domain: '', mechanism: nothing });
    using zero = RawPeer.dealer(endpoint, '\0abcd');
    using long = RawPeer.dealer(endpoint, 'x'.repeat(256));
    await Promise.all([zero.closed(), long.closed()]);
    expect(router.connections.entries).toEqual([]);
  });

  it('stay with their holder while it answers, also to the same key', async () => {
    await using router = new TestRouter();
    const endpoint = await router.socket.bind(local, curve);
    await using holder = new TestDealer(endpoint, { identity: 'alice', mechanism: curveClient });
    await holder.connects.count(1);
    await using newcomer = new TestDealer(endpoint, { identity: 'alice', mechanism: curveClient });
    expect((await newcomer.refusals.count(1))[0]?.status).toBe(301);
    holder.socket.send(bytes('mine'));
    await router.messages.count(1);
    expect(router.disconnects.entries).toEqual([]);
    await holder.socket.close();
    await newcomer.connects.count(1);
  });

  it('go to the same key when their holder does not answer, whose end comes first', async () => {
    await using router = new TestRouter({ probeTimeoutMs: 200 });
    const endpoint = await router.socket.bind(local, curve);
    using proxy = await FreezingProxy.to(endpoint);
    await using holder = new TestDealer(proxy.endpoint, { identity: 'alice', mechanism: curveClient });
    await holder.connects.count(1);
    const order: string[] = [];
    router.connections.add = () => order.push('connected');
    router.disconnects.add = ({ reason }) => order.push(reason);
    proxy.freeze();
    await using newcomer = new TestDealer(endpoint, { identity: 'alice', mechanism: curveClient });
    await newcomer.connects.count(1);
    expect(order).toEqual(['replaced', 'connected']);
    newcomer.socket.send(bytes('from the new one'));
    expect((await router.messages.count(1)).map(String)).toEqual(['from the new one']);
  });

  it('go to the same key at once when their holder has left, whose unread messages are discarded', async () => {
    let release: () => void = () => undefined;
    await using router = new TestRouter({}, () => new Promise((resolve) => (release = resolve)));
    const endpoint = await router.socket.bind(local, curve);
    await using holder = new TestDealer(endpoint, { identity: 'alice', mechanism: curveClient });
    await holder.connects.count(1);
    for (let index = 0; index < 5; index++) holder.socket.send(bytes(`old ${index}`));
    await router.messages.count(1);
    await holder.socket.close();
    await using newcomer = new TestDealer(endpoint, { identity: 'alice', mechanism: curveClient });
    await newcomer.connects.count(1);
    newcomer.socket.send(bytes('new'));
    expect((await router.messages.count(2)).map(String)).toEqual(['old 0', 'new']);
    release();
  });

  it('never go to another key, even when their holder does not answer', async () => {
    await using router = new TestRouter({ probeTimeoutMs: 50 });
    const endpoint = await router.socket.bind(local, curve);
    using proxy = await FreezingProxy.to(endpoint);
    await using holder = new TestDealer(proxy.endpoint, { identity: 'alice', mechanism: curveClient });
    await holder.connects.count(1);
    proxy.freeze();
    const thief = { ...curveClient, ...generateKeyPair() };
    await using newcomer = new TestDealer(endpoint, { identity: 'alice', mechanism: thief }, { random: () => 1 });
    await newcomer.refusals.count(2);
    expect(router.disconnects.entries).toEqual([]);
  });

  it('never change hands under NULL, and a libzmq newcomer is told nothing', async () => {
    await using router = new TestRouter({ handshakeTimeoutMs: 300 });
    const endpoint = await router.socket.bind(local, { domain: '', mechanism: nothing });
    using holder = RawPeer.dealer(endpoint, 'alice');
    await holder.sees('READY');
    using newcomer = RawPeer.dealer(endpoint, 'alice');
    const received = await newcomer.closed();
    expect(received).not.toContain('ERROR');
    expect(received).not.toContain('READY');
    expect(holder.isOpen).toBe(true);
  });
});
