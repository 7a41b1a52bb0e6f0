import { expect, it } from 'vitest';
import { TokenBucket } from './token-bucket.ts';

it('allows a burst, then the rate, and after a rest a burst again', () => {
  let now = 0;
  const bucket = new TokenBucket({ perSecond: 10, burst: 3 }, () => now);
  const take = (n: number): boolean[] => Array.from({ length: n }, () => bucket.take());
  expect(take(4)).toEqual([true, true, true, false]);
  now = 99;
  expect(take(1)).toEqual([false]);
  now = 100;
  expect(take(2)).toEqual([true, false]);
  now = 100_000;
  expect(take(4)).toEqual([true, true, true, false]);
});
