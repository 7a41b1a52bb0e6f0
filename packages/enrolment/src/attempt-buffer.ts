import { isIdentity } from '@volttron-ts/vip-core';
import type { AuthenticationDecision, AuthenticationRequest } from '@volttron-ts/vip-core';

import type { Attempt } from './enrolment-request.ts';

/** Sums up refused attempts until they are stored; what exceeds its bound is forgotten, its sender tries again. */
export class AttemptBuffer {
  readonly #bound: number;
  readonly #attempts = new Map<string, Attempt>();

  constructor(bound: number) {
    this.#bound = bound;
  }

  get isEmpty(): boolean {
    return this.#attempts.size === 0;
  }

  /** @param now µs since 1970 */
  add(request: AuthenticationRequest, decision: AuthenticationDecision, now: number): void {
    const { credential, identity, domain, address, mechanism } = request;
    if (mechanism !== 'CURVE' || credential === undefined || !isIdentity(identity)) return;
    if (decision.status !== 300 && decision.status !== 400) return;
    const key = `${credential} ${identity}`;
    const before = this.#attempts.get(key);
    if (before === undefined && this.#attempts.size >= this.#bound) return;
    this.#attempts.set(key, {
      credential,
      identity,
      domain,
      address,
      attempts: (before?.attempts ?? 0) + 1,
      first: before?.first ?? now,
      last: now,
      pending: decision.status === 300,
    });
  }

  /** Everything so far, which is then no longer here. */
  drain(): Attempt[] {
    const attempts = [...this.#attempts.values()];
    this.#attempts.clear();
    return attempts;
  }
}
