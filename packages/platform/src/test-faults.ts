import type {
  CapturedPublication,
  CaptureOutcome,
  CaptureVerdict,
  PublicationId,
  PublishTap,
} from '@volttron-ts/vip-core';

/** The publication that the fault hits. */
const UNLUCKY = 50;

/**
 * Faults that the end-to-end tests switch on by `VOLTTRON_TEST_FAULT`, so that the check of `npm start` is seen to fail.
 * `lose-answer`: one publication is kept, but its publisher is told that it is not; and when it comes again, it is kept
 * again, as if nobody recognised doubles.
 */
export function faultyTap(fault: string | undefined, tap: PublishTap): PublishTap {
  return fault === 'lose-answer' ? new LosingTap(tap) : tap;
}

class LosingTap implements PublishTap {
  readonly #tap: PublishTap;
  #count = 0;
  #lost: string | undefined;

  constructor(tap: PublishTap) {
    this.#tap = tap;
  }

  captures(topic: string): boolean {
    return this.#tap.captures(topic);
  }

  capture(publication: CapturedPublication, settled: (outcome: CaptureOutcome) => void): CaptureVerdict {
    const { id, user } = publication;
    const name = id === undefined ? '' : `${user} ${id.epoch} ${id.n}`;
    if (id !== undefined && ++this.#count === UNLUCKY) {
      this.#lost = name;
      return this.#tap.capture(publication, () => {
        settled('refused');
      });
    }
    if (name !== '' && name === this.#lost) {
      this.#lost = undefined;
      return this.#tap.capture({ ...publication, id: undefined }, settled);
    }
    return this.#tap.capture(publication, settled);
  }
  passedOver(user: string, id: PublicationId, comes: 'again' | 'never'): void {
    this.#tap.passedOver(user, id, comes);
  }
}
