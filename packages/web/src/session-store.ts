import type { Clock } from '@volttron-ts/vip-core';

/** A session ends after so long without a request, and in any case after `LIFETIME`. In milliseconds. */
const IDLE = 30 * 60_000;
export const LIFETIME = 8 * 3_600_000;
const MOST = 1000;

interface Session {
  readonly token: string;
  readonly opened: number;
  used: number;
}

/** The open sessions of the pages' users, in memory: a restart logs everybody out. */
export class SessionStore {
  /** In the order of their last use, by id. */
  readonly #sessions = new Map<string, Session>();
  readonly #clock: Clock;
  readonly #newId: () => string;

  constructor(clock: Clock, newId: () => string) {
    this.#clock = clock;
    this.#newId = newId;
  }

  /** Keeps a token under a new id, which is the cookie's value. */
  open(token: string): string {
    const id = this.#newId();
    const now = this.#clock.monotonic();
    this.#sessions.set(id, { token, opened: now, used: now });
    if (this.#sessions.size > MOST) {
      const [oldest = ''] = this.#sessions.keys();
      this.#sessions.delete(oldest);
    }
    return id;
  }

  /** The token of a live session, whose idle time begins anew. */
  token(id: string): string | undefined {
    const session = this.#sessions.get(id);
    if (session === undefined) return undefined;
    this.#sessions.delete(id);
    const now = this.#clock.monotonic();
    if (now - session.used > IDLE || now - session.opened > LIFETIME) return undefined;
    session.used = now;
    this.#sessions.set(id, session);
    return session.token;
  }

  close(id: string): void {
    this.#sessions.delete(id);
  }
}
