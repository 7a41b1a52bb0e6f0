import { describe, expect, it } from 'vitest';
import { AckTracker } from './ack-tracker.ts';

describe('which deliveries are acknowledged', () => {
  it('are those without a gap before them, many at once', () => {
    const acknowledged: number[] = [];
    const tracker = new AckTracker((tag) => acknowledged.push(tag));
    expect(tracker.settle(2)).toBe(false);
    expect(tracker.settle(3)).toBe(false);
    tracker.flush();
    expect(acknowledged).toEqual([]);
    expect(tracker.beyond).toEqual([2, 3]);
    expect(tracker.settle(1)).toBe(true);
    tracker.flush();
    tracker.flush();
    expect(acknowledged).toEqual([3]);
    expect(tracker.beyond).toEqual([]);
  });

  it('are told at once when they are many', () => {
    const acknowledged: number[] = [];
    const tracker = new AckTracker((tag) => acknowledged.push(tag));
    for (let tag = 1; tag <= 130; tag++) tracker.settle(tag);
    expect(acknowledged).toEqual([64, 128]);
  });
});
