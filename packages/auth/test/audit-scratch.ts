import type { Clock, Logger } from '@volttron-ts/vip-core';

const nothing = (): void => undefined;

export const silentLog: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };

export const realClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (milliseconds, callback) => {
    const timer = setTimeout(callback, milliseconds);
    timer.unref();
    return () => {
      clearTimeout(timer);
    };
  },
};
