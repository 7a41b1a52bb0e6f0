/** So many sessions at once; the one that was used longest ago makes room. */
const MOST = 1000;

/**
 * The pages' sessions: a random id, which is the cookie's value, for each token of a login. In memory, so that a logout
 * ends a session for good and a restart logs everybody out; how long a token is valid is decided by whoever issued it.
 */
export class SessionStore {
  /** In the order of their last use, by id. */
  readonly #tokens = new Map<string, string>();
  readonly #newId: () => string;

  constructor(newId: () => string) {
    this.#newId = newId;
  }

  /** Keeps a token, and answers the session's id. */
  open(token: string): string {
    const id = this.#newId();
    this.#tokens.set(id, token);
    if (this.#tokens.size > MOST) {
      const [oldest = ''] = this.#tokens.keys();
      this.#tokens.delete(oldest);
    }
    return id;
  }

  token(id: string): string | undefined {
    const token = this.#tokens.get(id);
    if (token === undefined) return undefined;
    this.#tokens.delete(id);
    this.#tokens.set(id, token);
    return token;
  }

  close(id: string): void {
    this.#tokens.delete(id);
  }
}
