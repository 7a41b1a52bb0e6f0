import type { Clock } from '@volttron-ts/vip-core';

const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 2000;
/** How often a router that is there is asked for. */
const PERIOD_MS = 10_000;

export interface RouterWatchOptions {
  readonly clock: Clock;
  /** Sends a ping to the router, which the broker returns when nobody has the router's queue. */
  ping(): void;
  present(): void;
  absent(): void;
}

/**
 * Whether the platform's router is on the broker: unlike with ZMQ, a connection says nothing about that, and the hello
 * of an agent that came first would be lost.
 */
export class RouterWatch {
  readonly #options: RouterWatchOptions;
  #isPresent = false;
  #retries = 0;
  #cancel: () => void = () => undefined;

  constructor(options: RouterWatchOptions) {
    this.#options = options;
  }

  /** Begins anew, over a new connection. */
  start(): void {
    this.#isPresent = false;
    this.#retries = 0;
    this.#ask();
  }

  stop(): void {
    this.#cancel();
    this.#isPresent = false;
  }

  /** The router said something. */
  heard(): void {
    if (this.#isPresent) return;
    this.#isPresent = true;
    this.#retries = 0;
    this.#later(PERIOD_MS);
    this.#options.present();
  }

  /** A message to the router came back. */
  returned(): void {
    if (this.#isPresent) {
      this.#isPresent = false;
      this.#later(FIRST_RETRY_MS);
    }
    this.#options.absent();
  }

  #ask(): void {
    this.#later(this.#isPresent ? PERIOD_MS : Math.min(FIRST_RETRY_MS * 2 ** this.#retries, LAST_RETRY_MS));
    if (!this.#isPresent) this.#retries = Math.min(this.#retries + 1, 10);
    this.#options.ping();
  }

  #later(milliseconds: number): void {
    this.#cancel();
    this.#cancel = this.#options.clock.after(milliseconds, () => {
      this.#ask();
    });
  }
}
