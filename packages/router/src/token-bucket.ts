/** How often something may happen, on average, and how often at once. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** Allows a rate. It looks at the clock only when it is empty, so that taking costs a subtraction. */
export class TokenBucket {
  readonly #rate: Rate;
  /** Monotonic ms. */
  readonly #now: () => number;
  #tokens: number;
  #filledAt: number;

  constructor(rate: Rate, now: () => number) {
    this.#rate = rate;
    this.#now = now;
    this.#tokens = rate.burst;
    this.#filledAt = now();
  }

  /** Whether one more may happen now. What costs more than there is may happen too, and is waited for afterwards. */
  take(cost = 1): boolean {
    if (this.#tokens < 1) this.#fill();
    if (this.#tokens < 1) return false;
    this.#tokens -= cost;
    return true;
  }

  #fill(): void {
    const now = this.#now();
    const { perSecond, burst } = this.#rate;
    this.#tokens = Math.min(burst, this.#tokens + ((now - this.#filledAt) * perSecond) / 1000);
    this.#filledAt = now;
  }
}
