import { describe, expect, it } from 'vitest';
import { FakePlatform, startTestAgent, texts } from '@volttron-ts/agent/testing';
import { agentThat, turns, welcomed } from './helpers.ts';

const limits = { window: { messages: 10, bytes: 1e6 }, queue: { messages: 3, bytes: 1e6, overrun: 2 } };
const TOPIC = 'devices/a/all';

async function take<T>(subscription: AsyncIterable<T>, count: number): Promise<T[]> {
  const taken: T[] = [];
  for await (const one of subscription) if (taken.push(one) === count) break;
  return taken;
}

describe('subscribe', () => {
  it('hands out what matches its prefix and bus, in order, and unsubscribes at the end', async () => {
    const platform = new FakePlatform();
    await using agent = startTestAgent(platform, agentThat());
    const subscription = agent.vip.pubsub.subscribe('devices/');
    await subscription.ready;
    platform.publish('record/x', 0);
    platform.publish(TOPIC, [{ t: 1 }, {}]);
    platform.publish('devices/b', 5);
    const taken = await take(subscription, 2);
    expect(taken.map(({ topic, sender }) => [topic, sender])).toEqual([
      [TOPIC, 'driver'],
      ['devices/b', 'driver'],
    ]);
    const unsubscribe = await platform.message((message) => texts(message)[0] === 'unsubscribe');
    expect(texts(unsubscribe)[1]).toBe('{"internal":{"prefix":["devices/"],"bus":""}}');
    expect(platform.subscriptionsOf('agent')).toEqual([]);
  });

  it('tells a new connection everything in one message', async () => {
    const platform = new FakePlatform();
    await using agent = startTestAgent(platform, agentThat());
    agent.vip.pubsub.subscribe('a/');
    agent.vip.pubsub.subscribe('a/');
    agent.vip.pubsub.subscribe('b/', { allPlatforms: true });
    agent.vip.pubsub.subscribe('c/', { bus: 'x' });
    const told = await platform.message((message) => texts(message)[0] === 'synchronize');
    expect(texts(told)).toEqual([
      'synchronize',
      'connected',
      '{"subscriptions":{"internal":{"":["a/"],"x":["c/"]},"all":{"":["b/"]}}}',
    ]);
  });

  it('tells a new connection that there is none as Python does', async () => {
    const platform = new FakePlatform();
    await using agent = startTestAgent(platform, agentThat());
    const told = await platform.message((message) => texts(message)[0] === 'synchronize');
    expect(texts(told)[2]).toBe('{"subscriptions":{}}');
    expect(agent.vip.identity).toBe('agent');
  });

  it.each([
    ['-32001', 'unauthorized'],
    ['-32600', 'bus'],
  ])('ends with the platform’s reason when it is refused with %s', async (errno, code) => {
    const platform = new FakePlatform();
    platform.refusal = (prefix) => (prefix === 'secret/' ? errno : undefined);
    await using agent = startTestAgent(platform, agentThat());
    await expect(take(agent.vip.pubsub.subscribe('secret/'), 1)).rejects.toMatchObject({ code });
    await agent.vip.pubsub.subscribe('open/').ready;
  });

  it('keeps the router’s subscription while another one of the same prefix lives', async () => {
    const platform = new FakePlatform();
    await using agent = startTestAgent(platform, agentThat());
    const [one, two] = [agent.vip.pubsub.subscribe('devices/'), agent.vip.pubsub.subscribe('devices/')];
    await Promise.all([one.ready, two.ready]);
    one.close();
    await agent.vip.ping('');
    expect(platform.subscriptionsOf('agent')).toContain('devices/');
    platform.publish(TOPIC, 1);
    expect(await take(two, 1)).toHaveLength(1);
  });

  it('ends with its signal', async () => {
    const platform = new FakePlatform();
    await using agent = startTestAgent(platform, agentThat());
    const abort = new AbortController();
    const ended = take(agent.vip.pubsub.subscribe('devices/', { signal: abort.signal }), 5);
    await welcomed(platform);
    abort.abort();
    expect(await ended).toEqual([]);
  });

  it('holds the bus back while nobody takes, and loses nothing', async () => {
    const platform = new FakePlatform();
    const bus = platform.connect('agent');
    await using agent = startTestAgent(platform, agentThat(), { bus, limits });
    const subscription = agent.vip.pubsub.subscribe('devices/');
    await subscription.ready;
    await turns();
    for (let n = 0; n < 20; n++) platform.publish(TOPIC, [{ n }, {}]);
    await turns();
    expect(bus.unread).toBe(17);
    const taken = await take(subscription, 20);
    expect(taken.map(({ values }) => values.n)).toEqual(Array.from({ length: 20 }, (_, n) => n));
  });

  it('does not hold back the answer that its own reader waits for', async () => {
    const platform = new FakePlatform();
    await using agent = startTestAgent(platform, agentThat(), { limits });
    const subscription = agent.vip.pubsub.subscribe('devices/');
    await subscription.ready;
    for (let n = 0; n < 5; n++) platform.publish(TOPIC, [{ n }, {}]);
    await turns();
    let published = 0;
    for await (const { values } of subscription) {
      await agent.vip.pubsub.publish('analysis/x', values.n);
      if (++published === 5) break;
    }
    expect(published).toBe(5);
  });
});
