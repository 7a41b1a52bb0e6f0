import type { Clock } from '../clock.ts';

/** A clock that only tests move. */
export class SteppedClock implements Clock {
  readonly #timers = new Set<{ readonly at: number; readonly callback: () => void }>();
  #elapsed = 0;
  readonly #start: number;

  constructor(start = Date.UTC(2014, 9, 13, 10, 33)) {
    this.#start = start;
  }

  now(): number {
    return this.#start + this.#elapsed;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  after(milliseconds: number, callback: () => void): () => void {
    const timer = { at: this.#elapsed + milliseconds, callback };
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
    };
  }

  /** Moves on, calling back in the order of the times; timers set by callbacks count too. */
  step(milliseconds: number): void {
    const end = this.#elapsed + milliseconds;
    for (;;) {
      const due = [...this.#timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#timers.delete(due);
      this.#elapsed = Math.max(this.#elapsed, due.at);
      due.callback();
    }
    this.#elapsed = end;
  }

  /** How many callbacks wait. */
  get pending(): number {
    return this.#timers.size;
  }
}
