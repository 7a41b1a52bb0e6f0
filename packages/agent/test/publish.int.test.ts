import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FakePlatform, startTestAgent } from '@volttron-ts/agent/testing';
import type { PublishVerdict, TestAgent } from '@volttron-ts/agent/testing';
import { encodeText } from '@volttron-ts/vip-core';
import { agentThat, turns, welcomed } from './helpers.ts';

const TOPIC = 'devices/a/all';

/** Ids of the data publications that reached the router. */
const ids = (platform: FakePlatform): string[] =>
  platform.publications.filter(({ topic }) => topic === TOPIC).map(({ id }) => id);

const numbered = (...numbers: number[]): string[] => numbers.map((n) => `p.epoch00001.${n}`);

async function started(platform: FakePlatform, limits?: { messages: number; bytes: number }): Promise<TestAgent> {
  const queue = { messages: 10, bytes: 1e6, overrun: 4 };
  const agent = startTestAgent(platform, agentThat(), limits && { limits: { window: limits, queue } });
  await welcomed(platform);
  return agent;
}

describe('publish', () => {
  it('numbers publications and settles with the count of subscribers, in both notations', async () => {
    for (const python of [false, true]) {
      const platform = new FakePlatform();
      platform.python = python;
      await using agent = await started(platform);
      const subscription = agent.vip.pubsub.subscribe('devices/');
      await subscription.ready;
      expect(await agent.vip.pubsub.publish(TOPIC, [{ t: 1 }, {}])).toBe(1);
      expect(await agent.vip.pubsub.publish('other', 1)).toBe(0);
      expect(ids(platform)).toEqual(numbered(1));
    }
  });

  it('writes body and headers as Python does', async () => {
    const platform = new FakePlatform();
    await using agent = await started(platform);
    await agent.vip.pubsub.publishDevice(TOPIC, { t: 21.5 }, { t: { units: '°F' } }, { headers: { SourceTime: 'x' } });
    const time = '2014-10-13T10:33:00.000000+00:00';
    expect(platform.publications.find(({ topic }) => topic === TOPIC)?.body).toEqual({
      bus: '',
      headers: {
        Date: time,
        TimeStamp: time,
        SourceTime: 'x',
        min_compatible_version: '3.0',
        max_compatible_version: '',
      },
      message: [{ t: 21.5 }, { t: { units: '°F' } }],
    });
  });

  it('waits for the acknowledgement and sends everything unacknowledged again after a reconnect, in order', async () => {
    const platform = new FakePlatform();
    await using agent = await started(platform);
    platform.verdict = (_topic, id) => (id.endsWith('.2') ? 'keep' : 'lose');
    const published = [1, 2, 3].map((n) => agent.vip.pubsub.publish(TOPIC, n));
    await published[1];
    expect(agent.vip.pubsub.outstanding).toBe(2);
    platform.cut('agent');
    const later = agent.vip.pubsub.publish(TOPIC, 4);
    platform.verdict = () => 'keep';
    platform.admit('agent');
    await Promise.all([...published, later]);
    expect(ids(platform)).toEqual(numbered(1, 2, 3, 1, 3, 4));
  });

  it('waits while the window is full, by messages and by bytes', async () => {
    const platform = new FakePlatform();
    platform.verdict = () => 'lose';
    await using agent = await started(platform, { messages: 3, bytes: 2000 });
    const outcomes: number[] = [];
    for (const n of [1, 2, 3, 4, 5]) void agent.vip.pubsub.publish(TOPIC, n).then(() => outcomes.push(n));
    await turns();
    expect(ids(platform)).toEqual(numbered(1, 2, 3));
    platform.verdict = () => 'keep';
    platform.cut('agent');
    platform.admit('agent');
    await platform.until(() => (ids(platform).at(-1) === 'p.epoch00001.5' ? true : undefined));
    await turns();
    expect(outcomes).toEqual([1, 2, 3, 4, 5]);

    platform.verdict = () => 'lose';
    for (const n of [6, 7]) agent.vip.pubsub.publish(TOPIC, `${'x'.repeat(1200)}${n}`).catch(() => undefined);
    await turns();
    expect(ids(platform).at(-1)).toBe('p.epoch00001.6');
    platform.verdict = () => 'keep';
    platform.cut('agent');
    platform.admit('agent');
    await platform.until(() => (ids(platform).at(-1) === 'p.epoch00001.7' ? true : undefined));
  });

  it('keeps its order while the bus is full', async () => {
    const platform = new FakePlatform();
    const bus = platform.connect('agent');
    await using agent = startTestAgent(platform, agentThat(), { bus });
    await welcomed(platform);
    bus.fill(3);
    await Promise.all([1, 2, 3, 4].map((n) => agent.vip.pubsub.publish(TOPIC, n)));
    expect(ids(platform)).toEqual(numbered(1, 2, 3, 4));
  });

  it('sends again what the platform cannot keep now, and what followed, later and later', async () => {
    const platform = new FakePlatform();
    await using agent = await started(platform);
    platform.verdict = () => 'refuse';
    const published = [1, 2].map((n) => agent.vip.pubsub.publish(TOPIC, n));
    await turns();
    expect(ids(platform)).toEqual(numbered(1, 2));
    agent.clock.step(100);
    await turns();
    expect(ids(platform)).toEqual(numbered(1, 2, 1, 2));
    platform.verdict = () => 'keep';
    agent.clock.step(199);
    await turns();
    expect(ids(platform)).toHaveLength(4);
    agent.clock.step(1);
    await Promise.all(published);
    expect(ids(platform).slice(4)).toEqual(numbered(1, 2));
  });

  it('does not mind a subscriber that is too slow', async () => {
    const platform = new FakePlatform();
    platform.verdict = () => 'lose';
    await using agent = await started(platform);
    const published = agent.vip.pubsub.publish(TOPIC, 1);
    await turns();
    const args = ['11', 'Resource temporarily unavailable', 'slow.agent', 'pubsub'].map(encodeText);
    platform.send('agent', { peer: '', id: 'p.epoch00001.1', subsystem: 'error', args });
    await turns();
    expect(agent.vip.pubsub.outstanding).toBe(1);
    const answer = ['request_response', '2'].map(encodeText);
    platform.send('agent', { peer: '', id: 'p.epoch00001.1', subsystem: 'pubsub', args: answer });
    expect(await published).toBe(2);
  });

  it('rejects what the platform forbids, and goes on', async () => {
    const platform = new FakePlatform();
    await using agent = await started(platform);
    platform.verdict = (topic) => (topic === TOPIC ? 'forbid' : 'keep');
    await expect(agent.vip.pubsub.publish(TOPIC, 1)).rejects.toMatchObject({ code: 'unauthorized' });
    await agent.vip.pubsub.publish('record/x', 1);
    expect(agent.vip.pubsub.outstanding).toBe(0);
  });

  it('rejects topics that routers change or do not take', async () => {
    const platform = new FakePlatform();
    await using agent = await started(platform);
    for (const topic of ['', '1.5', 'true', '{"a":1}', '"x"', 'x'.repeat(4097)]) {
      await expect(agent.vip.pubsub.publish(topic, 1)).rejects.toMatchObject({ code: 'invalid-value' });
    }
    await agent.vip.pubsub.publish('1st/floor', 1);
  });

  it('rejects a message that no router reads before it is sent, and goes on', async () => {
    const platform = new FakePlatform();
    await using agent = await started(platform);
    let nested: unknown = 1;
    for (let depth = 0; depth < 201; depth++) nested = [nested];
    const circle: unknown[] = [];
    circle.push(circle);
    const ledger = agent.vip.pubsub.ledger(TOPIC);
    for (const message of [nested, circle, 5n, 'x'.repeat(64 * 1024 * 1024)]) {
      await expect(agent.vip.pubsub.publish(TOPIC, message)).rejects.toMatchObject({
        code: 'invalid-value',
        message: expect.stringContaining(`The message for ${TOPIC} cannot be published: `) as unknown,
      });
    }
    await agent.vip.pubsub.publish(TOPIC, (nested as unknown[])[0]);
    expect(ids(platform)).toEqual(numbered(1));
    expect(ledger.acknowledged().messages).toBe(1);
  });

  it.each([
    ['-32001', 'unauthorized'],
    ['-32600', 'bus'],
    ['90', 'bus'],
  ])('rejects what the platform refuses with %s, and never counts it as kept', async (errno, code) => {
    const platform = new FakePlatform();
    await using agent = await started(platform);
    platform.verdict = () => 'lose';
    const ledger = agent.vip.pubsub.ledger(TOPIC);
    const published = agent.vip.pubsub.publish(TOPIC, 1);
    const id = 'p.epoch00001.1';
    platform.send('agent', { peer: '', id, subsystem: 'error', args: [errno, 'why', '', 'pubsub'].map(encodeText) });
    platform.send('agent', { peer: '', id, subsystem: 'pubsub', args: ['request_response', '0'].map(encodeText) });
    await expect(published).rejects.toMatchObject({ code });
    expect([ledger.acknowledged().messages, agent.vip.pubsub.outstanding]).toEqual([0, 0]);
  });

  it('takes é, 中 and emoji in topics and messages, and refuses U+0000 in a topic by its name', async () => {
    const platform = new FakePlatform();
    await using agent = await started(platform);
    const subscription = agent.vip.pubsub.subscribe('gebäude/中/🏢');
    await subscription.ready;
    await agent.vip.pubsub.publish('gebäude/中/🏢/all', { t: '21 °C, é中🌡' });
    for await (const { topic, message } of subscription) {
      expect([topic, message]).toEqual(['gebäude/中/🏢/all', { t: '21 °C, é中🌡' }]);
      break;
    }
    await expect(agent.vip.pubsub.publish('a\u0000b', 1)).rejects.toThrow('U+0000');
    expect(() => agent.vip.pubsub.subscribe('a\u0000b')).toThrow('U+0000');
  });

  it('counts what was acknowledged, and only that', async () => {
    const platform = new FakePlatform();
    await using agent = await started(platform);
    platform.verdict = (_topic, id) => (id.endsWith('.3') ? 'lose' : 'keep');
    const ledger = agent.vip.pubsub.ledger('devices/');
    const all = [{ a: 1, b: 2 }, {}];
    const acknowledged = [agent.vip.pubsub.publish(TOPIC, all), agent.vip.pubsub.publish(TOPIC, all)];
    agent.vip.pubsub.publish(TOPIC, all).catch(() => undefined);
    acknowledged.push(agent.vip.pubsub.publish(TOPIC, all), agent.vip.pubsub.publish('analysis/x', all));
    await Promise.all(acknowledged);
    expect(ledger.acknowledged()).toEqual({
      epoch: 'epoch00001',
      user: 'agent',
      prefix: 'devices/',
      runs: [
        { from: 1, to: 2, readings: 2 },
        { from: 4, to: 4, readings: 2 },
      ],
      messages: 3,
      readings: 6,
    });
  });

  it('ends the wait with its signal', async () => {
    const platform = new FakePlatform();
    platform.verdict = () => 'lose';
    await using agent = await started(platform);
    const abort = new AbortController();
    const published = agent.vip.pubsub.publish(TOPIC, 1, { signal: abort.signal });
    abort.abort(new Error('enough'));
    await expect(published).rejects.toThrow('enough');
    platform.verdict = () => 'keep';
    platform.cut('agent');
    platform.admit('agent');
    await welcomed(platform, 2);
  });

  it('loses nothing and settles everything, whatever the platform and the connection do', async () => {
    const verdicts = fc.constantFrom<PublishVerdict>('keep', 'keep', 'refuse', 'lose');
    const step = fc.oneof(
      fc.record({ act: fc.constant('publish' as const), count: fc.integer({ min: 1, max: 8 }) }),
      fc.record({ act: fc.constantFrom('cut' as const, 'wait' as const), count: fc.integer({ min: 1, max: 500 }) }),
      fc.record({ act: fc.constant('full' as const), count: fc.integer({ min: 1, max: 5 }) }),
    );
    const steps = fc.array(step, { minLength: 1, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(steps, fc.array(verdicts, { minLength: 1, maxLength: 50 }), async (acts, fates) => {
        const platform = new FakePlatform();
        const bus = platform.connect('agent');
        const kept = new Set<string>();
        let fate = 0;
        platform.verdict = (topic, id) => {
          const verdict = topic === TOPIC ? fates[fate++ % fates.length] : 'keep';
          if (verdict === 'keep' && topic === TOPIC) kept.add(id);
          return verdict;
        };
        const limits = { window: { messages: 5, bytes: 1e6 }, queue: { messages: 10, bytes: 1e6, overrun: 4 } };
        await using agent = startTestAgent(platform, agentThat(), { bus, limits });
        const ledger = agent.vip.pubsub.ledger(TOPIC);
        const published: Promise<number>[] = [];
        for (const { act, count } of acts) {
          if (act === 'publish') for (let n = 0; n < count; n++) published.push(agent.vip.pubsub.publish(TOPIC, n));
          else if (act === 'full') bus.fill(count);
          else if (act === 'wait') agent.clock.step(count);
          else {
            platform.cut('agent');
            platform.admit('agent');
          }
          await turns();
        }
        fates = ['keep'];
        platform.cut('agent');
        platform.admit('agent');
        for (let turn = 0; turn < 200 && agent.vip.pubsub.outstanding > 0; turn++) {
          await turns();
          agent.clock.step(100);
        }
        expect(agent.vip.pubsub.outstanding).toBe(0);
        await Promise.all(published);
        expect([...kept].sort()).toEqual(numbered(...published.map((_, index) => index + 1)).sort());
        expect(ledger.acknowledged().messages).toBe(published.length);
      }),
      { numRuns: 200 },
    );
  });
});
