import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MOST_POINTS, Series } from './series.ts';

const start = Date.UTC(2026, 10, 22, 10, 0);
function point(seconds: number, value: number | boolean | string | null = seconds) {
  const time = new Date(start + seconds * 1000).toISOString().replace('Z', '000+00:00');
  return { topic: 'devices/a/b', time, value, units: 'degC' };
}

describe('Series', () => {
  it('keeps points in the order of their times, whatever the order they came in', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 50 }), { minLength: 1, maxLength: 60 }), (seconds) => {
        const series = new Series(point(seconds[0] ?? 0));
        for (const second of seconds) series.add(point(second));
        const sorted = [...new Set(seconds)].sort((a, b) => a - b);
        expect(series.times).toEqual(sorted.map((second) => start / 1000 + second));
        expect(series.values).toEqual(sorted);
        expect(series.last).toEqual(point(sorted.at(-1) ?? 0));
      }),
    );
  });

  it('replaces a point that comes again with the same time', () => {
    const series = new Series(point(1, 20));
    series.add(point(1, 21));
    expect([series.values, series.last.value]).toEqual([[21], 21]);
  });

  it('tells microseconds apart', () => {
    const series = new Series({ ...point(1), time: '2026-11-22T10:00:00.000001+00:00' });
    series.add({ ...point(1), time: '2026-11-22T10:00:00.000002+00:00' });
    expect(series.times).toHaveLength(2);
  });

  it('draws numbers and states, and leaves a gap for anything else', () => {
    const series = new Series(point(0, true));
    for (const [at, value] of [false, 'text', null, 2.5].entries()) series.add(point(at + 1, value));
    expect(series.values).toEqual([1, 0, null, null, 2.5]);
  });

  it('leaves out a point without a readable time', () => {
    const series = new Series(point(0));
    series.add({ ...point(1), time: 'yesterday' });
    expect([series.times.length, series.last]).toEqual([1, point(0)]);
  });

  it('stays bounded and keeps the newest points', () => {
    const series = new Series(point(0));
    for (let second = 1; second < 3 * MOST_POINTS; second++) series.add(point(second));
    expect(series.times.length).toBeLessThanOrEqual(1.25 * MOST_POINTS);
    expect(series.times.length).toBeGreaterThanOrEqual(MOST_POINTS);
    expect(series.values.at(-1)).toBe(3 * MOST_POINTS - 1);
  });

  it('answers a window with the point before it', () => {
    const series = new Series(point(0));
    for (let second = 1; second < 10; second++) series.add(point(second));
    expect(series.since(start / 1000 + 7)[1]).toEqual([6, 7, 8, 9]);
    expect(series.since(0)[1]).toHaveLength(10);
  });
});
