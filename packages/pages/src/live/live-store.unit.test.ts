import { describe, expect, it } from 'vitest';
import { LiveStore, MOST_PLOTTED, MOST_TOPICS } from './live-store.ts';

const time = '2026-11-22T10:00:00.000000+00:00';
const points = (count: number) =>
  Array.from({ length: count }, (_, at) => ({ topic: `devices/t${at}`, time, value: at }));

describe('LiveStore', () => {
  it('plots the first topics that can be drawn until the viewer chooses', () => {
    const store = new LiveStore();
    store.add([{ topic: 'devices/mode', time, value: 'cooling' }, ...points(20)]);
    expect(store.plotted.map(({ topic }) => topic)).toEqual(
      ['t0', 't1', 't2', 't3', 't4', 't5'].map((t) => `devices/${t}`),
    );
    store.choose('devices/t0', false);
    store.add([{ topic: 'devices/new', time, value: 1 }]);
    expect(store.plotted).toHaveLength(5);
  });

  it('gives each plotted topic a colour of its own, and a freed one again', () => {
    const store = new LiveStore();
    store.add(points(20));
    for (let at = 0; at < 20; at++) store.choose(`devices/t${at}`, true);
    expect([store.full, store.plotted.length]).toEqual([true, MOST_PLOTTED]);
    expect(new Set(store.plotted.map(({ topic }) => store.colour(topic))).size).toBe(MOST_PLOTTED);
    const freed = store.colour('devices/t3');
    store.choose('devices/t3', false);
    store.choose('devices/t15', true);
    expect(store.colour('devices/t15')).toBe(freed);
  });

  it('keeps a bounded number of topics', () => {
    const store = new LiveStore();
    store.add(points(3 * MOST_TOPICS));
    expect([store.series.length, store.leftOut.size]).toEqual([MOST_TOPICS, MOST_TOPICS]);
  });
});
