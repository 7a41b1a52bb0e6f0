/** How many may wait to be acknowledged together. */
const BATCH = 64;

/**
 * Which deliveries of a channel are done. They are acknowledged from the first on without a gap, many at once, so that
 * the broker keeps all that is not done, in its order.
 */
export class AckTracker {
  readonly #ackUpTo: (tag: number) => void;
  /** Done, behind one that is not. */
  readonly #done = new Set<number>();
  #next = 1;
  #acknowledged = 0;

  /** `ackUpTo` acknowledges every delivery up to that tag. */
  constructor(ackUpTo: (tag: number) => void) {
    this.#ackUpTo = ackUpTo;
  }

  /** Answers whether something waits for `flush`. */
  settle(tag: number): boolean {
    this.#done.add(tag);
    while (this.#done.delete(this.#next)) this.#next += 1;
    if (this.#next - 1 - this.#acknowledged >= BATCH) this.flush();
    return this.#next - 1 > this.#acknowledged;
  }

  flush(): void {
    const last = this.#next - 1;
    if (last === this.#acknowledged) return;
    this.#acknowledged = last;
    this.#ackUpTo(last);
  }

  /** Done and not acknowledged, since one before is not. */
  get beyond(): readonly number[] {
    return [...this.#done];
  }
}
