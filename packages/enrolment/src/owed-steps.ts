import type { Clock, Logger } from '@volttron-ts/vip-core';

import type { EnrolmentGrant } from './enrolment-request.ts';
import type { OwedStep } from './key-requests.ts';

/** Where owed steps are kept. */
export interface StepStore {
  owed(): Promise<readonly OwedStep[]>;
  settle(step: { readonly id: string; readonly seq: number; readonly problem?: string }): Promise<void>;
}

const FIRST_RETRY = 1000;
const LONGEST_RETRY = 60_000;

/**
 * Does the steps that decisions owe, one at a time, until each has succeeded. Those of one credential keep their order: a
 * failed one holds up the later ones.
 */
export class OwedSteps {
  readonly #store: StepStore;
  readonly #grant: EnrolmentGrant;
  readonly #clock: Clock;
  readonly #log: Logger;
  #running: Promise<unknown> = Promise.resolve();
  #retry: (() => void) | undefined;
  #failures = 0;
  #closed = false;

  constructor(store: StepStore, grant: EnrolmentGrant, clock: Clock, log: Logger) {
    this.#store = store;
    this.#grant = grant;
    this.#clock = clock;
    this.#log = log;
  }

  /** Tries everything that is owed; answers the failures by request. */
  run(): Promise<ReadonlyMap<string, unknown>> {
    const turn = this.#running.then(() => this.#pass());
    this.#running = turn.catch(() => undefined);
    return turn;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#retry?.();
    await this.#running;
  }

  async #pass(): Promise<ReadonlyMap<string, unknown>> {
    const failures = new Map<string, unknown>();
    const failed = new Map<string, unknown>();
    for (const owed of await this.#store.owed()) {
      if (failed.has(owed.credential)) {
        failures.set(owed.id, failed.get(owed.credential));
        continue;
      }
      try {
        await this.#do(owed);
        await this.#store.settle({ id: owed.id, seq: owed.seq });
      } catch (error) {
        const problem = error instanceof Error ? error.message : String(error);
        failures.set(owed.id, error);
        failed.set(owed.credential, error);
        this.#log.error(`The step "${owed.step}" of the request ${owed.id} failed and is tried again: ${problem}`);
        await this.#store.settle({ id: owed.id, seq: owed.seq, problem });
      }
    }
    this.#failures = failures.size === 0 ? 0 : this.#failures + 1;
    this.#plan();
    return failures;
  }

  #plan(): void {
    this.#retry?.();
    this.#retry = undefined;
    if (this.#failures === 0 || this.#closed) return;
    const wait = Math.min(FIRST_RETRY * 2 ** (this.#failures - 1), LONGEST_RETRY);
    this.#retry = this.#clock.after(wait, () => {
      this.run().catch((error: unknown) => {
        this.#log.error(`The owed steps cannot be read: ${error instanceof Error ? error.message : String(error)}`);
      });
    });
  }

  #do({ step, credential, identity, by, from, why }: OwedStep): Promise<void> {
    const reason = why === null ? '' : `: ${why}`;
    if (step === 'grant') {
      return this.#grant.grant({ credential, identity, comment: `Approved by ${by} from ${from}${reason}` });
    }
    if (step === 'withdraw')
      return this.#grant.withdraw({ credential, comment: `Denied by ${by} from ${from}${reason}` });
    return this.#grant.forget({ credential });
  }
}
