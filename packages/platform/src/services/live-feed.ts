import type { Reading, Vip } from '@volttron-ts/agent';
import { formatTimestamp } from '@volttron-ts/vip-core';
import type { Clock, LivePoint } from '@volttron-ts/vip-core';
import type { LiveFeed } from '@volttron-ts/web';

/** Topics remembered; beyond it, new ones are passed on but not remembered. */
const MAX_TOPICS = 10_000;

/** The points of device messages as they cross the bus, under the names that the historian stores them by. */
export class DeviceFeed implements LiveFeed {
  readonly #latest = new Map<string, LivePoint>();
  readonly #listeners = new Set<(points: readonly LivePoint[]) => void>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  latest(): readonly LivePoint[] {
    return [...this.#latest.values()];
  }

  subscribe(listener: (points: readonly LivePoint[]) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Listens on the bus until the signal. */
  async follow(vip: Vip, signal: AbortSignal): Promise<void> {
    for await (const reading of vip.pubsub.subscribe('devices/', { signal })) this.#take(reading);
  }

  #take(reading: Reading): void {
    const device = /^devices\/(.+)\/all$/.exec(reading.topic)?.[1];
    if (device === undefined) return;
    const time = formatTimestamp(reading.timestamp ?? this.#clock.now() * 1000);
    const points = Object.entries(reading.values).map(([name, value]) => {
      const units = reading.metadata[name]?.['units'];
      const shown = asShown(value);
      return { topic: `${device}/${name}`, time, value: shown, ...(typeof units === 'string' ? { units } : {}) };
    });
    for (const point of points) {
      if (this.#latest.size < MAX_TOPICS || this.#latest.has(point.topic)) this.#latest.set(point.topic, point);
    }
    for (const listener of this.#listeners) listener(points);
  }
}

/** JSON has no NaN; structures are shown as their text. */
function asShown(value: unknown): LivePoint['value'] {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'boolean' || typeof value === 'string' || value === null) return value;
  return JSON.stringify(value);
}
