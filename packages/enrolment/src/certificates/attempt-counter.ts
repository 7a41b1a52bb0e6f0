import type { Clock, Logger } from '@volttron-ts/vip-core';

import type { RepeatedAttempts } from './request-command.ts';

const FLUSH_AFTER = 200;
/** Waiting clients poll; beyond so many requests a poll may go uncounted. */
const BOUND = 10_000;

/** Sums up polls, so that asking again costs no transaction of its own. */
export class AttemptCounter {
  readonly #store: (attempts: readonly RepeatedAttempts[]) => Promise<void>;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #counts = new Map<string, RepeatedAttempts>();
  #cancelFlush: (() => void) | undefined;

  constructor(store: (attempts: readonly RepeatedAttempts[]) => Promise<void>, clock: Clock, log: Logger) {
    this.#store = store;
    this.#clock = clock;
    this.#log = log;
  }

  /** @param at µs since 1970 */
  add(id: string, address: string, at: number): void {
    const before = this.#counts.get(id);
    if (before === undefined && this.#counts.size >= BOUND) return;
    const attempts = (before?.attempts ?? 0) + 1;
    this.#counts.set(id, { id, address, attempts, last: Math.max(at, before?.last ?? at) });
    this.#cancelFlush ??= this.#clock.after(FLUSH_AFTER, () => {
      this.flush().catch((error: unknown) => {
        this.#log.error(`Attempts could not be stored: ${error instanceof Error ? error.message : String(error)}`);
      });
    });
  }

  async flush(): Promise<void> {
    this.#cancelFlush?.();
    this.#cancelFlush = undefined;
    if (this.#counts.size === 0) return;
    const counts = [...this.#counts.values()];
    this.#counts.clear();
    await this.#store(counts);
  }
}
