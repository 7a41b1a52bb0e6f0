import type { Clock } from '@volttron-ts/vip-core';

interface Attempts {
  failures: number;
  /** No attempt is looked at before this, by the monotonic clock. */
  until: number;
}

const FREE = 5;
const FIRST_WAIT = 1000;
const LONGEST_WAIT = 60_000;
/** Names are the attacker's to invent, memory is ours. */
const MAX_USERS = 10_000;

/**
 * Slows down guessing: after 5 failures of a user the next attempt waits 1 s, then 2 s, up to 60 s. An attempt counts as
 * failed from its start, so that parallel ones gain nothing.
 */
export class LoginThrottle {
  readonly #clock: Clock;
  readonly #attempts = new Map<string, Attempts>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes a turn, or answers how many milliseconds are left to wait. */
  begin(user: string): number {
    const now = this.#clock.monotonic();
    const { failures, until } = this.#attempts.get(user) ?? { failures: 0, until: 0 };
    if (now < until) return until - now;
    const failed = failures + 1;
    const wait = failed < FREE ? 0 : Math.min(FIRST_WAIT * 2 ** (failed - FREE), LONGEST_WAIT);
    this.#attempts.delete(user);
    this.#attempts.set(user, { failures: failed, until: now + wait });
    this.#forgetOldest();
    return 0;
  }

  succeed(user: string): void {
    this.#attempts.delete(user);
  }

  #forgetOldest(): void {
    if (this.#attempts.size <= MAX_USERS) return;
    const [oldest] = this.#attempts.keys();
    if (oldest !== undefined) this.#attempts.delete(oldest);
  }
}
