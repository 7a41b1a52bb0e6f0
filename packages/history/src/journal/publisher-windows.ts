import type { CaptureOutcome, CaptureVerdict } from '@volttron-ts/vip-core';

import { EPOCHS_PER_USER } from './publisher-marks.ts';
import type { PublisherMark } from './publisher-marks.ts';

type Settled = (outcome: CaptureOutcome) => void;

/**
 * One publisher's epoch: which of its numbers were taken, which are on their way to the disk. While a refused number is
 * open, everything behind it is refused, too: its publisher sends all of that again, in order.
 */
export class PublisherWindow {
  /** The highest number taken. */
  #highest: number;
  /** The lowest number that was refused and has not come again. */
  #open: number | undefined;
  readonly #inFlight = new Map<number, Settled[]>();

  constructor(highest: number) {
    this.#highest = highest;
  }

  get isIdle(): boolean {
    return this.#inFlight.size === 0;
  }

  /** Whether the number is new. `settled` is called in any case, for a duplicate when the first one is settled. */
  accept(n: number, settled: Settled): CaptureVerdict {
    const waiting = this.#inFlight.get(n);
    if (waiting !== undefined) {
      waiting.push(settled);
      return 'duplicate';
    }
    if (this.#open !== undefined && n > this.#open) return answered(settled, 'refused');
    if (n <= this.#highest) return answered(settled, 'duplicate');
    this.#open = undefined;
    this.#highest = n;
    this.#inFlight.set(n, [settled]);
    return 'new';
  }

  settle(n: number, outcome: CaptureOutcome): void {
    const waiting = this.#inFlight.get(n) ?? [];
    this.#inFlight.delete(n);
    if (outcome === 'refused') this.#refuse(n);
    else this.#kept(n);
    for (const settled of waiting) settled(outcome);
  }

  /** A number that was refused before it came here. */
  passedOver(n: number, comes: 'again' | 'never'): void {
    if (comes === 'never') {
      if (this.#open === n) this.#open = undefined;
    } else if (n > this.#highest) this.#refuse(n);
  }

  #kept(n: number): void {
    this.#highest = Math.max(this.#highest, n);
    if (n >= (this.#open ?? Infinity)) this.#open = undefined;
  }

  /** Nothing from this number on counts as taken; the journal takes none of that either. */
  #refuse(n: number): void {
    this.#open = Math.min(this.#open ?? n, n);
    this.#highest = Math.min(this.#highest, n - 1);
  }
}

function answered(settled: Settled, verdict: 'duplicate' | 'refused'): CaptureVerdict {
  queueMicrotask(() => {
    settled(verdict === 'duplicate' ? 'kept' : 'refused');
  });
  return verdict;
}

/** The windows of all publishers, by verified user and epoch. */
export class PublisherWindows {
  readonly #users = new Map<string, Map<string, PublisherWindow>>();

  /** @param marks what the journal kept before, oldest epoch first */
  constructor(marks: readonly PublisherMark[]) {
    for (const { user, epoch, n } of marks) this.#add(user, epoch, new PublisherWindow(n));
  }

  of(user: string, epoch: string): PublisherWindow {
    return this.#users.get(user)?.get(epoch) ?? this.#add(user, epoch, new PublisherWindow(0));
  }

  #add(user: string, epoch: string, window: PublisherWindow): PublisherWindow {
    const epochs = this.#users.get(user) ?? new Map<string, PublisherWindow>();
    this.#users.set(user, epochs.set(epoch, window));
    for (const [name, { isIdle }] of epochs) {
      if (epochs.size <= EPOCHS_PER_USER) break;
      if (isIdle && name !== epoch) epochs.delete(name);
    }
    return window;
  }
}
