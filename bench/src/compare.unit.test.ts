import { describe, expect, it } from 'vitest';
import { compare, median, passes, table } from './compare.ts';
import type { Comparison, Party } from './compare.ts';

function party(name: string, values: number[], log: string[] = []): Party {
  const left = [...values];
  return {
    name,
    run: () => {
      log.push(name);
      return Promise.resolve({
        value: left.shift() ?? Number.NaN,
        messages: 1,
        seconds: 1,
        cpu: { router: 1, sink: 1, source: 1 },
      });
    },
  };
}

function comparison(ours: number[], peer: number[], log: string[] = []): Comparison {
  return {
    name: 'case',
    unit: 'µs',
    ours: party('ours', ours, log),
    peers: [{ party: party('peer', peer, log), goal: { atMost: 0.1 } }],
  };
}

describe('compare', () => {
  it('runs the parties in turn', async () => {
    const log: string[] = [];
    await compare(comparison([1, 1, 1], [1, 1, 1], log), 3);
    expect(log).toEqual(['ours', 'peer', 'ours', 'peer', 'ours', 'peer']);
  });

  it('compares medians, so that one bad run decides nothing', async () => {
    const [row] = await compare(comparison([5, 900, 4], [50, 60, 1]), 3);
    expect(row).toMatchObject({ ours: { median: 5 }, peer: { median: 50 }, ratio: 0.1, pass: true });
  });

  it('fails a ratio beyond its goal', async () => {
    const [row] = await compare(comparison([6], [50]), 1);
    expect(row).toMatchObject({ ratio: 0.12, pass: false });
  });

  it('takes the mean of the middle two of an even number of values', () => {
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });

  it('never passes a ratio that was not measured', () => {
    expect(passes(Number.NaN, { atMost: 1 })).toBe(false);
    expect(passes(Number.POSITIVE_INFINITY, { atLeast: 1 })).toBe(false);
    expect(passes(Number.NaN, null)).toBe(false);
  });

  it('prints a row for each peer with goal and verdict', async () => {
    const lines = table(await compare(comparison([6], [50]), 1)).split('\n');
    expect(lines[2]?.split(/ {2,}/)).toEqual(['case', 'µs', '6', 'peer', '50', '0.12', '≤ 0.1', 'NO']);
  });

  it('holds our own value against a goal of its own, beside the peers', async () => {
    const rows = await compare({ ...comparison([6], [50]), goal: { atMost: 5 } }, 1);
    expect(rows.map(({ pass, ratio }) => [ratio, pass])).toEqual([
      [null, false],
      [0.12, false],
    ]);
    const lines = table(rows).split('\n');
    expect(lines[2]?.split(/ {2,}/)).toEqual(['case', 'µs', '6', '–', '–', '–', '≤ 5', 'NO']);
  });
});
