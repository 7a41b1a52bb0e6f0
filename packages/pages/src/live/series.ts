import type { LivePoint } from '@volttron-ts/vip-core';

/** The points of one topic that are kept for the plot; about twelve hours at one a minute, an hour at one a second. */
export const MOST_POINTS = 4000;

/** One topic's points in the order of their times, bounded; the oldest go first. */
export class Series {
  readonly topic: string;
  /** Seconds since 1970. */
  readonly times: number[] = [];
  /** Null for what cannot be drawn. */
  readonly values: (number | null)[] = [];
  #last: LivePoint;

  constructor(first: LivePoint) {
    this.topic = first.topic;
    this.#last = first;
    this.add(first);
  }

  /** The point with the latest time. */
  get last(): LivePoint {
    return this.#last;
  }

  get units(): string {
    return this.#last.units ?? '';
  }

  get drawable(): boolean {
    return typeof this.#last.value === 'number' || typeof this.#last.value === 'boolean';
  }

  /** Takes a point wherever its time belongs; one with a time that is there replaces it. Without a readable time it is left out. */
  add(point: LivePoint): void {
    const time = Date.parse(point.time) / 1000 + microseconds(point.time);
    if (Number.isNaN(time)) return;
    const at = firstAtOrAfter(this.times, time);
    const replaces = this.times[at] === time ? 1 : 0;
    this.times.splice(at, replaces, time);
    this.values.splice(at, replaces, drawn(point.value));
    if (at === this.times.length - 1) this.#last = point;
    if (this.times.length > MOST_POINTS * 1.25) {
      const extra = this.times.length - MOST_POINTS;
      this.times.splice(0, extra);
      this.values.splice(0, extra);
    }
  }

  /** The points from `start` on, with the one before it so that the line enters from the edge. */
  since(start: number): [times: number[], values: (number | null)[]] {
    const at = Math.max(0, firstAtOrAfter(this.times, start) - 1);
    return [this.times.slice(at), this.values.slice(at)];
  }
}

function drawn(value: LivePoint['value']): number | null {
  if (typeof value === 'boolean') return value ? 1 : 0;
  return typeof value === 'number' ? value : null;
}

/** `Date` reads milliseconds only; what is behind them, in seconds. */
function microseconds(time: string): number {
  const digits = /\.\d{3}(\d{1,3})/.exec(time)?.[1] ?? '';
  return Number(digits.padEnd(3, '0')) / 1e6;
}

/** The index of the first time that is not before `time`; near the end first, where points arrive. */
function firstAtOrAfter(times: readonly number[], time: number): number {
  let low = 0;
  let high = times.length;
  if ((times[high - 1] ?? -Infinity) < time) return high;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] ?? Infinity) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
