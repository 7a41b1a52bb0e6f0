import { performance } from 'node:perf_hooks';
import type { Clock } from '@volttron-ts/vip-core';

/** The clock of the machine. Its timers do not keep a process alive that has nothing else to do. */
export const systemClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  monotonic: () => performance.now(),
  after(milliseconds, callback) {
    const timer = setTimeout(callback, milliseconds);
    timer.unref();
    return () => {
      clearTimeout(timer);
    };
  },
};
