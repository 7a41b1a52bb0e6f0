import { performance } from 'node:perf_hooks';
import type { Clock } from '@volttron-ts/vip-core';

/** The system's clock with all waits divided, so that a test sees many heartbeats: 25 makes 10 s of 0.4 s. */
export function hurriedClock(divisor: number): Clock {
  return {
    now: Date.now,
    monotonic: () => performance.now(),
    after: (milliseconds, callback) => {
      const timer = setTimeout(callback, milliseconds / divisor);
      return () => {
        clearTimeout(timer);
      };
    },
  };
}

export const systemClock = hurriedClock(1);
