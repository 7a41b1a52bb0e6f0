import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Ledger } from './ledger.ts';

describe('Ledger', () => {
  it('keeps neighbours with equally many readings as one run', () => {
    const ledger = new Ledger('devices/');
    for (const n of [1, 2, 3, 7, 8]) ledger.add(n, 21);
    expect(ledger.read('e1', 'driver')).toEqual({
      epoch: 'e1',
      user: 'driver',
      prefix: 'devices/',
      runs: [
        { from: 1, to: 3, readings: 21 },
        { from: 7, to: 8, readings: 21 },
      ],
      messages: 5,
      readings: 105,
    });
  });

  it('names exactly the numbers that were added, whatever their order', () => {
    const added = fc.uniqueArray(
      fc.record({ n: fc.integer({ min: 1, max: 60 }), readings: fc.integer({ min: 1, max: 2 }) }),
      {
        selector: ({ n }) => n,
      },
    );
    fc.assert(
      fc.property(added, (entries) => {
        const ledger = new Ledger('');
        for (const { n, readings } of entries) ledger.add(n, readings);
        const { runs, messages } = ledger.read('e', 'u');
        const named = runs.flatMap(({ from, to, readings }) =>
          Array.from({ length: to - from + 1 }, (_, index) => ({ n: from + index, readings })),
        );
        expect(named).toEqual([...entries].sort((a, b) => a.n - b.n));
        expect(messages).toBe(entries.length);
        for (let at = 1; at < runs.length; at++) {
          const joinable = runs[at].from === runs[at - 1].to + 1 && runs[at].readings === runs[at - 1].readings;
          expect(joinable).toBe(false);
        }
      }),
    );
  });
});
