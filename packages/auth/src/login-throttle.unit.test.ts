import { SteppedClock } from '@volttron-ts/vip-core/testing';
import { expect, it } from 'vitest';

import { LoginThrottle } from './login-throttle.ts';

it('lets five failures pass, then makes each further one wait longer, up to a minute', () => {
  const clock = new SteppedClock();
  const throttle = new LoginThrottle(clock);
  for (let n = 0; n < 5; n++) expect(throttle.begin('eve')).toBe(0);
  const waits: number[] = [];
  for (let n = 0; n < 8; n++) {
    const wait = throttle.begin('eve');
    waits.push(wait);
    clock.step(wait);
    expect(throttle.begin('eve')).toBe(0);
  }
  expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
});

it('slows one user down, not the others, and forgets failures after a success', () => {
  const throttle = new LoginThrottle(new SteppedClock());
  for (let n = 0; n < 5; n++) throttle.begin('eve');
  expect(throttle.begin('eve')).toBeGreaterThan(0);
  expect(throttle.begin('adam')).toBe(0);
  throttle.succeed('eve');
  expect(throttle.begin('eve')).toBe(0);
});
