import { boundHoles, EPOCHS_PER_USER } from './publisher-marks.ts';
import type { PublisherMark } from './publisher-marks.ts';

type Outcome = 'kept' | 'refused';
type Settled = (outcome: Outcome) => void;

/** One publisher's epoch: which of its numbers were taken, which are on their way to the disk. */
export class PublisherWindow {
  /** The highest number taken. */
  #highest: number;
  /** Lower numbers that were refused: they are new when they come again. */
  readonly #holes: Set<number>;
  readonly #inFlight = new Map<number, Settled[]>();

  constructor(highest: number, holes: readonly number[]) {
    this.#highest = highest;
    this.#holes = new Set(holes);
  }

  get isIdle(): boolean {
    return this.#inFlight.size === 0;
  }

  /** Whether the number is new. `settled` is called in either case, for a duplicate when the first one is settled. */
  accept(n: number, settled: Settled): boolean {
    const waiting = this.#inFlight.get(n);
    if (waiting !== undefined) {
      waiting.push(settled);
      return false;
    }
    const wasRefused = this.#holes.delete(n);
    if (n <= this.#highest && !wasRefused) {
      queueMicrotask(() => {
        settled('kept');
      });
      return false;
    }
    this.#highest = Math.max(this.#highest, n);
    this.#inFlight.set(n, [settled]);
    return true;
  }

  settle(n: number, outcome: Outcome): void {
    const waiting = this.#inFlight.get(n) ?? [];
    this.#inFlight.delete(n);
    if (outcome === 'refused') boundHoles(this.#holes.add(n));
    for (const settled of waiting) settled(outcome);
  }
}

/** The windows of all publishers, by verified user and epoch. */
export class PublisherWindows {
  readonly #users = new Map<string, Map<string, PublisherWindow>>();

  /** @param marks what the journal kept before, oldest epoch first */
  constructor(marks: readonly PublisherMark[]) {
    for (const { user, epoch, n, holes } of marks) this.#add(user, epoch, new PublisherWindow(n, holes));
  }

  of(user: string, epoch: string): PublisherWindow {
    return this.#users.get(user)?.get(epoch) ?? this.#add(user, epoch, new PublisherWindow(0, []));
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
