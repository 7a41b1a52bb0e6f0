import { ClosedError, TimeoutError } from '@volttron-ts/vip-core';
import type { Clock, VipMessage } from '@volttron-ts/vip-core';

/** One question on its way. */
export interface Awaited {
  readonly peer: string;
  /** What is asked, for error texts. */
  readonly what: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

interface Entry {
  readonly awaited: Awaited;
  readonly settle: (outcome: VipMessage | Error) => void;
  sent: boolean;
}

/** Questions that wait for a message with the same id from the same peer. */
export class AwaitedAnswers {
  readonly #entries = new Map<string, Entry>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Settles with the answer; rejects with TimeoutError, the signal's reason, or what `fail` or `failSent` name. */
  expect(id: string, awaited: Awaited): Promise<VipMessage> {
    return new Promise((resolve, reject) => {
      const aborted = (): void => {
        entry.settle(asError(awaited.signal?.reason, awaited.what));
      };
      const cancelTimer = this.#clock.after(awaited.timeoutMs, () => {
        entry.settle(new TimeoutError(awaited.what, awaited.timeoutMs));
      });
      const entry: Entry = {
        awaited,
        sent: false,
        settle: (outcome) => {
          if (!this.#entries.delete(id)) return;
          cancelTimer();
          awaited.signal?.removeEventListener('abort', aborted);
          if (outcome instanceof Error) reject(outcome);
          else resolve(outcome);
        },
      };
      this.#entries.set(id, entry);
      awaited.signal?.addEventListener('abort', aborted);
      if (awaited.signal?.aborted === true) aborted();
    });
  }

  /** Says that the question has left, so that a lost connection ends it. */
  markSent(id: string): void {
    const entry = this.#entries.get(id);
    if (entry !== undefined) entry.sent = true;
  }

  has(id: string): boolean {
    return this.#entries.has(id);
  }

  /** Hands over a message; answers whether somebody waited for it. */
  answer(message: VipMessage): boolean {
    const entry = this.#entries.get(message.id);
    if (entry?.awaited.peer !== message.peer) return false;
    entry.settle(message);
    return true;
  }

  /** Ends one question; answers whether it was open. */
  fail(id: string, error: Error): boolean {
    const entry = this.#entries.get(id);
    entry?.settle(error);
    return entry !== undefined;
  }

  /** Ends the questions that had left: their answers went down with the connection. */
  failSent(): void {
    for (const { sent, awaited, settle } of [...this.#entries.values()]) {
      if (sent) settle(new ClosedError(`The connection over which ${awaited.what} went`));
    }
  }

  failAll(error: Error): void {
    for (const { settle } of [...this.#entries.values()]) settle(error);
  }
}

/** The reason of an aborted signal as an error. */
export function asError(reason: unknown, what: string): Error {
  return reason instanceof Error ? reason : new ClosedError(what);
}
