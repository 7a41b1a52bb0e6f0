import type { JournalSpan } from '@volttron-ts/vip-core';
import { describe, expect, it } from 'vitest';

import { placeSpan } from './place-span.ts';
import type { StreamState } from './place-span.ts';

const span = (given: Partial<JournalSpan>): JournalSpan => ({
  stream: 'j/to-b',
  epoch: 'e1',
  prev: null,
  after: 0,
  through: 0,
  encoding: 'packed',
  instance: 'A',
  ...given,
});

/** Marks in the order in which the destination learned of the epochs. */
const holding = (...marks: [epoch: string, through: number][]): StreamState => ({
  mark: (epoch) => new Map(marks).get(epoch),
  latest: () => {
    const [epoch, through] = marks.at(-1) ?? [];
    return epoch === undefined || through === undefined ? undefined : { epoch, through };
  },
});

describe('a span', () => {
  it('applies when it begins where the mark stands', () => {
    const placed = placeSpan(span({ after: 5, through: 9 }), holding(['e1', 5]));
    expect(placed).toEqual({ kind: 'apply', from: 5, through: 9 });
  });

  it('is trimmed when it begins below the mark, and never moves the mark back', () => {
    expect(placeSpan(span({ after: 2, through: 9 }), holding(['e1', 5]))).toMatchObject({ from: 5, through: 9 });
    expect(placeSpan(span({ after: 2, through: 4 }), holding(['e1', 5]))).toMatchObject({ from: 5, through: 5 });
  });

  it('is a gap when it begins above the mark', () => {
    const placed = placeSpan(span({ after: 7, through: 9 }), holding(['e1', 5]));
    expect(placed).toEqual({ kind: 'gap', epoch: 'e1', expected: 5 });
  });

  it('applies above the mark when the hole is gone for good', () => {
    const gone: JournalSpan['gone'] = [1, 7, 'trimmed'];
    expect(placeSpan(span({ after: 7, through: 9, gone }), holding(['e1', 5]))).toEqual({
      kind: 'apply',
      from: 7,
      through: 9,
      hole: { first: 6, last: 7, why: 'trimmed' },
    });
  });

  it('is a gap when what is gone does not cover the hole', () => {
    const state = holding(['e1', 3]);
    expect(placeSpan(span({ after: 7, through: 9, gone: [5, 7, 'x'] }), state)).toMatchObject({ kind: 'gap' });
    expect(placeSpan(span({ after: 7, through: 9, gone: [1, 6, 'x'] }), state)).toMatchObject({ kind: 'gap' });
  });
});

describe('a span of a new epoch', () => {
  const next = span({ epoch: 'e2', prev: { epoch: 'e1', last: 5 }, after: 5, through: 8 });

  it('starts at the end of the one before', () => {
    expect(placeSpan(next, holding(['e1', 5]))).toEqual({ kind: 'apply', from: 5, through: 8 });
  });

  it('starts there too when the destination holds more of that one: the source was put back to a copy', () => {
    expect(placeSpan(next, holding(['e1', 7]))).toEqual({ kind: 'apply', from: 5, through: 8 });
  });

  it('is a gap while the end of the one before is missing', () => {
    expect(placeSpan(next, holding(['e1', 4]))).toEqual({ kind: 'gap', epoch: 'e1', expected: 4 });
  });

  it('asks from the epoch known last when the one before is unknown', () => {
    expect(placeSpan(next, holding(['e0', 9], ['ex', 3]))).toEqual({ kind: 'gap', epoch: 'ex', expected: 3 });
  });

  it('of an unknown stream asks from the beginning', () => {
    expect(placeSpan(next, holding())).toEqual({ kind: 'gap', epoch: 'e2', expected: 0 });
  });

  it('is taken when everything before it is gone, and the hole reaches from what is held', () => {
    const gone: JournalSpan['gone'] = [1, 5, 'trimmed'];
    const hole = { last: 5, why: 'trimmed' };
    expect(placeSpan({ ...next, gone }, holding())).toMatchObject({ from: 5, hole: { first: 1, ...hole } });
    expect(placeSpan({ ...next, gone }, holding(['e0', 3]))).toMatchObject({ from: 5, hole: { first: 4, ...hole } });
  });
});

describe('the first epoch', () => {
  it('starts at 0', () => {
    expect(placeSpan(span({ through: 4 }), holding())).toEqual({ kind: 'apply', from: 0, through: 4 });
    expect(placeSpan(span({ after: 2, through: 4 }), holding())).toEqual({ kind: 'gap', epoch: 'e1', expected: 0 });
  });
});
