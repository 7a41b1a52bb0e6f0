import { describe, expect, it } from 'vitest';

import { BackOff } from './back-off.ts';

describe('back-off', () => {
  it('doubles from 100 ms to 2 s and begins anew after a success', () => {
    const backOff = new BackOff(() => 0);
    expect(Array.from({ length: 7 }, () => backOff.next())).toEqual([100, 200, 400, 800, 1600, 2000, 2000]);
    backOff.reset();
    expect(backOff.next()).toBe(100);
  });

  it('shortens each delay by up to half', () => {
    const backOff = new BackOff(() => 1);
    expect([backOff.next(), backOff.next()]).toEqual([50, 100]);
    expect(backOff.refused()).toBe(1000);
  });

  it('waits up to 2 s after a refusal', () => {
    expect(new BackOff(() => 0).refused()).toBe(2000);
  });

  it('stays at its cap for ever', () => {
    const backOff = new BackOff(() => 0);
    for (let index = 0; index < 5000; index++) backOff.next();
    expect(backOff.next()).toBe(2000);
  });
});
