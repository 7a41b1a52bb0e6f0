/** The last so many lags, from which percentiles are taken. */
export class Lags {
  readonly #samples: number[] = [];
  readonly #capacity: number;
  #next = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  add(milliseconds: number): void {
    this.#samples[this.#next] = milliseconds;
    this.#next = (this.#next + 1) % this.#capacity;
  }

  /** The value that so many percent do not exceed; null before the first sample. */
  percentile(percent: number): number | null {
    const sorted = [...this.#samples].sort((a, b) => a - b);
    const index = Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1);
    return sorted[index] ?? null;
  }
}
