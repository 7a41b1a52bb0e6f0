/**
 * Counts answers that are awaited. While there are any, reading must go on, however full a subscription is: the answer
 * may stand behind the publications that nobody takes.
 */
export class WaitCount {
  readonly #listeners = new Set<() => void>();
  #count = 0;

  get busy(): boolean {
    return this.#count > 0;
  }

  add(): void {
    if (this.#count++ === 0) for (const listener of this.#listeners) listener();
  }

  done(): void {
    this.#count--;
  }

  /** Calls back each time waiting begins. */
  onBusy(listener: () => void): void {
    this.#listeners.add(listener);
  }
}
