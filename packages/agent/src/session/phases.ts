import { ClosedError } from '@volttron-ts/vip-core';
import type { VipError } from '@volttron-ts/vip-core';
import { asError } from './awaited-answers.ts';

/** `waiting`: the platform does not yet let this key in. `denied`: it said no. */
export type SessionPhase = 'connecting' | 'established' | 'lost' | 'waiting' | 'denied' | 'closed';

export type PhaseListener = (phase: SessionPhase, reason: VipError | undefined) => void;

/** Where a session stands, and who is told of it. */
export class Phases {
  readonly #identity: string;
  readonly #listeners = new Set<PhaseListener>();
  #phase: SessionPhase = 'connecting';
  #reason: VipError | undefined;

  constructor(identity: string) {
    this.#identity = identity;
  }

  get phase(): SessionPhase {
    return this.#phase;
  }

  /** Why nothing can be sent now or later; undefined while waiting is worth it. */
  get refusal(): VipError | undefined {
    if (this.#phase === 'closed') return new ClosedError(`The connection of "${this.#identity}"`);
    return this.#phase === 'denied' ? this.#reason : undefined;
  }

  /** Takes another phase, and answers whether it is another. */
  enter(phase: SessionPhase, reason: VipError | undefined): boolean {
    if (this.#phase === phase) return false;
    this.#phase = phase;
    this.#reason = reason;
    return true;
  }

  /** Tells the present phase. */
  tell(): void {
    const { phase } = this;
    const reason = this.#reason;
    for (const listener of [...this.#listeners]) listener(phase, reason);
  }

  onPhase(listener: PhaseListener): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /**
   * Settles when the session stands; rejects when it is closed, the signal aborts, or the platform denies it: a denial
   * may be taken back, for which `denials: 'wait'` waits.
   */
  established(signal?: AbortSignal, denials: 'reject' | 'wait' = 'reject'): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        const refusal = this.#phase === 'denied' && denials === 'wait' ? undefined : this.refusal;
        const over = signal?.aborted === true;
        if (this.#phase !== 'established' && refusal === undefined && !over) return;
        stopListening();
        signal?.removeEventListener('abort', settle);
        if (over) reject(asError(signal.reason, 'The wait for the platform'));
        else if (refusal === undefined) resolve();
        else reject(refusal);
      };
      const stopListening = this.onPhase(settle);
      signal?.addEventListener('abort', settle);
      settle();
    });
  }
}
