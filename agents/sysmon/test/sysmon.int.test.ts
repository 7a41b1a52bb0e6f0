import { describe, expect, it } from 'vitest';
import { FakePlatform, startTestAgent } from '@volttron-ts/agent/testing';
import type { TestAgent } from '@volttron-ts/agent/testing';
import sysmon from '@volttron-ts/sysmon';

/** Steps a second on until so many figures were published. */
async function published(platform: FakePlatform, agent: TestAgent, count: number): Promise<Record<string, unknown>[]> {
  const figures = (): Record<string, unknown>[] =>
    platform.publications
      .filter(({ topic }) => topic.startsWith('devices/'))
      .map(({ body, topic }) => ({ topic, ...body }));
  while (figures().length < count) {
    await new Promise(setImmediate);
    if (agent.clock.pending > 1) agent.clock.step(100);
  }
  return figures();
}

describe('sysmon', () => {
  it('publishes live figures of this host with units', async () => {
    const platform = new FakePlatform();
    await using agent = startTestAgent(platform, sysmon);
    const [first] = await published(platform, agent, 1);
    expect(first!['topic']).toMatch(/^devices\/[^/]+\/sysmon\/all$/);
    const [values, metadata] = first!['message'] as [Record<string, number>, Record<string, { units: string }>];
    expect(values['uptime']).toBeGreaterThan(0);
    expect(values['memory_percent']).toBeGreaterThan(0);
    expect(values['memory_percent']).toBeLessThan(100);
    expect(values['disk_percent']).toBeGreaterThan(0);
    expect(metadata['memory_percent']).toEqual({ units: '%', type: 'float', tz: 'UTC' });
    expect(Object.keys(metadata)).toEqual(Object.keys(values));
  });

  it('publishes each second where it is told to', async () => {
    const platform = new FakePlatform();
    await using agent = startTestAgent(platform, sysmon, { config: { topic: 'devices/lab/pc/all' } });
    const figures = await published(platform, agent, 3);
    expect(figures.map(({ topic }) => topic)).toEqual(Array(3).fill('devices/lab/pc/all'));
    const stamps = figures.map(({ headers }) => Date.parse((headers as { TimeStamp: string }).TimeStamp));
    expect([stamps[1]! - stamps[0]!, stamps[2]! - stamps[1]!]).toEqual([1000, 1000]);
  });

  it('refuses a topic that historians do not keep', () => {
    const start = (): unknown => startTestAgent(new FakePlatform(), sysmon, { config: { topic: 'devices/lab/pc' } });
    expect(start).toThrow('/topic must match pattern');
  });
});
