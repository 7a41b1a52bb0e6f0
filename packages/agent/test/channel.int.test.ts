import { describe, expect, it } from 'vitest';
import type { Channel } from '@volttron-ts/agent';
import { FakePlatform, startTestAgent, texts } from '@volttron-ts/agent/testing';
import type { TestAgent } from '@volttron-ts/agent/testing';
import { decodeText, encodeText } from '@volttron-ts/vip-core';
import { agentThat, turns, welcomed } from './helpers.ts';

const limits = { window: { messages: 10, bytes: 1e6 }, queue: { messages: 3, bytes: 1000, overrun: 2 } };

async function started(platform: FakePlatform, identity = 'agent'): Promise<TestAgent> {
  const agent = startTestAgent(platform, agentThat(), { identity, limits, configStore: false });
  await welcomed(platform, 1, identity);
  return agent;
}

/** A message from a peer for a channel. */
const sendTo = (platform: FakePlatform, name: string, ...frames: string[]): void => {
  platform.send('agent', { peer: 'other', id: '', subsystem: 'channel', args: [name, ...frames].map(encodeText) });
};

async function take(channel: Channel, count: number): Promise<string[]> {
  const taken: string[] = [];
  for await (const frames of channel) if (taken.push(frames.map(decodeText).join()) === count) break;
  return taken;
}

describe('vip.channel', () => {
  it('brings bytes both ways, message by message, frame by frame', async () => {
    const platform = new FakePlatform();
    await using one = await started(platform);
    await using two = await started(platform, 'two');
    const [here, there] = [one.vip.channel.create('two', 'chan'), two.vip.channel.create('agent', 'chan')];
    const odd = Uint8Array.of(0, 1, 255);
    await here.send(encodeText('data'), odd);
    await there.send(encodeText('back'));
    for await (const frames of there) {
      expect(frames).toEqual([encodeText('data'), odd]);
      break;
    }
    expect(await take(here, 1)).toEqual(['back']);
    const sent = platform.received.filter(({ subsystem }) => subsystem === 'channel');
    expect(sent.map(({ peer, id, args }) => [peer, id, decodeText(args[0])])).toEqual([
      ['two', '', 'chan'],
      ['agent', '', 'chan'],
    ]);
  });

  it('makes up names that nobody guesses and no router takes for a number', async () => {
    const platform = new FakePlatform();
    await using agent = await started(platform);
    const [one, two] = [agent.vip.channel.create('other'), agent.vip.channel.create('other')];
    expect(one.name).toMatch(/^c-[\w-]{28}$/);
    expect(two.name).not.toBe(one.name);
  });

  it('refuses a second channel of the same name with the same peer, until the first is closed', async () => {
    const platform = new FakePlatform();
    await using agent = await started(platform);
    const first = agent.vip.channel.create('other', 'chan');
    agent.vip.channel.create('third', 'chan');
    expect(() => agent.vip.channel.create('other', 'chan')).toThrow('already');
    first.close();
    agent.vip.channel.create('other', 'chan');
    await expect(first.send(encodeText('x'))).rejects.toMatchObject({ code: 'channel-broken' });
    expect(() => agent.vip.channel.create('', 'chan')).toThrow('peer');
  });

  it('drops what comes for no channel', async () => {
    const platform = new FakePlatform();
    await using agent = await started(platform);
    sendTo(platform, 'nope', 'x');
    platform.send('agent', { peer: 'other', id: '', subsystem: 'channel', args: [] });
    await agent.vip.ping('');
  });

  it('holds the bus back while nobody takes, and loses nothing', async () => {
    const platform = new FakePlatform();
    const bus = platform.connect('agent');
    await using agent = startTestAgent(platform, agentThat(), { bus, limits, configStore: false });
    await welcomed(platform);
    const channel = agent.vip.channel.create('other', 'chan');
    for (let n = 0; n < 10; n++) sendTo(platform, 'chan', `m${n}`);
    await turns();
    expect(bus.unread).toBe(7);
    expect(await take(channel, 10)).toEqual(Array.from({ length: 10 }, (_, n) => `m${n}`));
  });

  it('breaks rather than lose a message of those it cannot hold back', async () => {
    const platform = new FakePlatform();
    platform.play('other', () => undefined);
    await using agent = await started(platform);
    const channel = agent.vip.channel.create('other', 'chan');
    // An answer is awaited, so reading goes on.
    const call = agent.vip.rpc.call('other', 'm').catch(() => undefined);
    for (let n = 0; n < 10; n++) sendTo(platform, 'chan', `m${n}`);
    await turns();
    const taken: string[] = [];
    const reading = (async () => {
      for await (const [frame] of channel) taken.push(decodeText(frame));
    })();
    await expect(reading).rejects.toThrow('does not take what comes');
    expect(taken).toEqual(['m0', 'm1', 'm2', 'm3', 'm4', 'm5']);
    agent.clock.step(30_000);
    await call;
  });

  it('waits with sending while the bus is full', async () => {
    const platform = new FakePlatform();
    platform.play('other', () => undefined);
    const bus = platform.connect('agent');
    await using agent = startTestAgent(platform, agentThat(), { bus, limits, configStore: false });
    await welcomed(platform);
    const channel = agent.vip.channel.create('other', 'chan');
    bus.fill(3);
    await Promise.all([1, 2, 3].map((n) => channel.send(encodeText(`m${n}`))));
    await turns();
    const sent = platform.received.filter(({ subsystem }) => subsystem === 'channel');
    expect(sent.map((message) => texts(message)[1])).toEqual(['m1', 'm2', 'm3']);
  });

  it.each([
    [
      'the connection is lost',
      (platform: FakePlatform) => {
        platform.cut('agent');
      },
      'connection to the platform was lost',
    ],
    [
      'the peer goes',
      (platform: FakePlatform) => {
        platform.send('agent', { peer: '', id: '', subsystem: 'peerlist', args: ['drop', 'other'].map(encodeText) });
      },
      'the peer went',
    ],
    [
      'the peer cannot be reached',
      (platform: FakePlatform) => {
        const args = ['113', 'No route to host', 'other', 'channel'].map(encodeText);
        platform.send('agent', { peer: '', id: '', subsystem: 'error', args });
      },
      'No route to host',
    ],
  ])('ends with an error when %s', async (_when, happen, why) => {
    const platform = new FakePlatform();
    await using agent = await started(platform);
    const channel = agent.vip.channel.create('other', 'chan');
    const untouched = agent.vip.channel.create('third', 'chan');
    const reading = take(channel, 1);
    happen(platform);
    await expect(reading).rejects.toThrow(why);
    await expect(channel.send(encodeText('x'))).rejects.toThrow(why);
    if (why.includes('connection')) return;
    sendTo(platform, 'chan', 'x');
    platform.send('agent', { peer: 'third', id: '', subsystem: 'channel', args: ['chan', 'y'].map(encodeText) });
    expect(await take(untouched, 1)).toEqual(['y']);
  });

  it('ends a loop when it is closed', async () => {
    const platform = new FakePlatform();
    await using agent = await started(platform);
    const channel = agent.vip.channel.create('other', 'chan');
    const reading = take(channel, 5);
    sendTo(platform, 'chan', 'x');
    await turns();
    channel.close();
    expect(await reading).toEqual(['x']);
  });
});
