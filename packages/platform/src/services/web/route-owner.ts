import type { Caller, Rpc } from '@volttron-ts/agent';
import { AgainError, UnreachableError } from '@volttron-ts/vip-core';

/** Requests that may wait for one agent; more are answered "busy". */
const MOST_WAITING = 64;

/** A peer that has routes: its name, and the user whose key it proved. */
export class RouteOwner {
  readonly peer: string;
  readonly #user: string;
  readonly #rpc: () => Rpc;
  readonly #gone = new AbortController();
  #waiting = 0;

  constructor({ peer, user }: Caller, rpc: () => Rpc) {
    this.peer = peer;
    this.#user = user;
    this.#rpc = rpc;
  }

  /** Whether the caller is this very peer. */
  is({ peer, user }: Caller): boolean {
    return peer === this.peer && user === this.#user;
  }

  /** Throws UnreachableError when the peer has left. */
  checkPresent(): void {
    this.#gone.signal.throwIfAborted();
  }

  /** What was asked of it fails now. */
  leave(): void {
    this.#gone.abort(new UnreachableError(this.peer));
  }

  /** Calls a method of the peer; rejects as `rpc.call` does, at once when it leaves. */
  call(method: string, args: readonly unknown[], timeoutMs: number): Promise<unknown> {
    return this.#rpc().call(this.peer, method, args, { timeoutMs, signal: this.#gone.signal });
  }

  /** The same for a request from outside; rejects with AgainError when too many wait. */
  async answer(method: string, args: readonly unknown[], timeoutMs: number): Promise<unknown> {
    if (this.#waiting >= MOST_WAITING) throw new AgainError(this.peer, `Too many requests wait for "${this.peer}".`);
    this.#waiting++;
    try {
      return await this.call(method, args, timeoutMs);
    } finally {
      this.#waiting--;
    }
  }
}
