import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Serving } from './serve.ts';

/** Keys in Z85; every router of a comparison gets the same. */
export interface RouterConfig {
  readonly bind: string;
  readonly curve?: { readonly serverKey: string; readonly serverSecret: string };
}

/** Commands of every router with an event loop: `reset` starts, `delay` tells p99 and maximum in ms. */
export function delayCommands(): NonNullable<Serving['commands']> {
  const histogram = monitorEventLoopDelay({ resolution: 1 });
  histogram.enable();
  return {
    reset: () => {
      histogram.reset();
    },
    delay: () => ({ p99: histogram.percentile(99) / 1e6, max: histogram.max / 1e6 }),
  };
}
