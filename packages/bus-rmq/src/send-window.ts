/** Bytes that may be on their way to the broker unconfirmed. */
const MAX_BYTES = 4 * 1024 * 1024;
/** What a message costs beside its body. */
const OVERHEAD = 256;

/** How much is on its way, and whether more may be sent: shared by all channels of a connection. */
export class SendWindow {
  #bytes = 0;
  #count = 0;
  #congested = 0;
  #blocked = false;
  #waiting: (() => void)[] = [];
  #whenEmpty: (() => void)[] = [];

  get full(): boolean {
    return this.#blocked || this.#congested > 0 || this.#bytes >= MAX_BYTES;
  }

  take(bytes: number): void {
    this.#bytes += bytes + OVERHEAD;
    this.#count += 1;
  }

  give(bytes: number): void {
    this.#bytes -= bytes + OVERHEAD;
    this.#count -= 1;
    if (this.#count === 0) for (const resolve of this.#whenEmpty.splice(0)) resolve();
    this.#wake();
  }

  /** A channel's buffer is full, or no longer. */
  congest(isCongested: boolean): void {
    this.#congested += isCongested ? 1 : -1;
    this.#wake();
  }

  /** The broker takes nothing at present: it is short of memory or disk. */
  block(isBlocked: boolean): void {
    this.#blocked = isBlocked;
    this.#wake();
  }

  /** Settles when a full window has room again: at once below half, so that senders do not wait at each message. */
  drained(): Promise<void> {
    if (!this.full) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Settles when everything is confirmed. */
  emptied(): Promise<void> {
    if (this.#count === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenEmpty.push(resolve));
  }

  /** Lets all who wait look again. */
  release(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #wake(): void {
    if (this.#waiting.length > 0 && !this.full && this.#bytes <= MAX_BYTES / 2) this.release();
  }
}
