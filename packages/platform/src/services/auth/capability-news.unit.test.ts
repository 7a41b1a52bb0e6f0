import { SteppedClock } from '@volttron-ts/vip-core/testing';
import { describe, expect, it } from 'vitest';
import { CapabilityNews } from './capability-news.ts';

describe('the news of what users may do', () => {
  it('are told once for changes that come together, and only when they are news', () => {
    const clock = new SteppedClock();
    let now: Record<string, Record<string, null>> = { meter: {} };
    const told: unknown[] = [];
    const news = new CapabilityNews({ clock, capabilities: () => now, tell: (all) => told.push(all) });
    news.changed();
    clock.step(1000);
    expect(told).toEqual([]);
    now = { meter: { c: null } };
    news.changed();
    now = { meter: { c: null }, other: {} };
    news.changed();
    clock.step(1000);
    expect(told).toEqual([{ meter: { c: null }, other: {} }]);
    news.changed();
    news.stop();
    clock.step(1000);
    expect(told).toHaveLength(1);
  });
});
