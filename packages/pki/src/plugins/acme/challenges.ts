import { setTimeout as pause } from 'node:timers/promises';

import type { PluginContext } from '../../plugin/certificate-plugin.ts';
import type { Challenge, ChallengeResponder } from './challenge-responder.ts';

/** ms that a call waits for what takes longer; it goes on meanwhile, and a later call looks again. */
const PATIENCE = 2000;

interface Presentation {
  readonly done: Promise<void>;
  /** Undefined while it is under way. */
  outcome?: { readonly error?: unknown };
}

/** What is shown to the CA at the moment. */
export class Challenges {
  readonly #responder: ChallengeResponder;
  readonly #log: PluginContext['log'];
  readonly #shown = new Map<string, Presentation>();

  constructor(responder: ChallengeResponder, log: PluginContext['log']) {
    this.#responder = responder;
    this.#log = log;
  }

  get type(): ChallengeResponder['type'] {
    return this.#responder.type;
  }

  /** Answers whether the CA can see it by now. Throws when it could not be shown; the next call tries again. */
  async present(challenge: Challenge): Promise<boolean> {
    const key = keyOf(challenge);
    const presentation = this.#shown.get(key) ?? this.#begin(key, challenge);
    await within(PATIENCE, presentation.done);
    if (presentation.outcome === undefined) return false;
    if (!('error' in presentation.outcome)) return true;
    this.#shown.delete(key);
    throw presentation.outcome.error;
  }

  /** What cannot be removed is told in the log: the order has ended and does not wait for it. */
  async remove(challenges: readonly Challenge[]): Promise<void> {
    const removing = challenges.map(async (challenge) => {
      const key = keyOf(challenge);
      await this.#shown.get(key)?.done;
      this.#shown.delete(key);
      await this.#responder.remove(challenge).catch((error: unknown) => {
        this.#log.warn(`the challenge for ${challenge.name} could not be removed: ${String(error)}`);
      });
    });
    await within(PATIENCE, Promise.all(removing));
  }

  async close(): Promise<void> {
    await this.#responder.close();
    await Promise.all([...this.#shown.values()].map(({ done }) => done));
  }

  #begin(key: string, challenge: Challenge): Presentation {
    const settle = (outcome: Presentation['outcome'] & object): void => void (presentation.outcome = outcome);
    const done = this.#responder.present(challenge).then(
      () => {
        settle({});
      },
      (error: unknown) => {
        settle({ error });
      },
    );
    const presentation: Presentation = { done };
    this.#shown.set(key, presentation);
    return presentation;
  }
}

const keyOf = ({ name, token }: Challenge): string => `${name} ${token}`;

async function within(milliseconds: number, work: Promise<unknown>): Promise<void> {
  const timer = new AbortController();
  const end = pause(milliseconds, undefined, { signal: timer.signal }).catch(() => undefined);
  await Promise.race([work, end]);
  timer.abort();
}
