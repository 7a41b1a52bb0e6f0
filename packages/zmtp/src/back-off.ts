const firstMs = 100;
const capMs = 2000;

/** Delays before reconnecting: doubling from 100 ms to 2 s, each shortened by up to half so that peers spread. */
export class BackOff {
  private attempts = 0;
  private readonly random: () => number;

  /** `random` answers a number from 0 to 1. */
  constructor(random: () => number) {
    this.random = random;
  }

  get attempt(): number {
    return this.attempts;
  }

  next(): number {
    const full = Math.min(capMs, firstMs * 2 ** Math.min(this.attempts, 10));
    this.attempts += 1;
    return this.jittered(full);
  }

  /** After a refusal: the peer is there, and will not let us in sooner. */
  refused(): number {
    this.attempts += 1;
    return this.jittered(capMs);
  }

  reset(): void {
    this.attempts = 0;
  }

  private jittered(ms: number): number {
    return Math.round(ms * (1 - this.random() / 2));
  }
}
