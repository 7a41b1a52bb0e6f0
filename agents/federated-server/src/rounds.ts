import { CallError } from '@volttron-ts/grpc';
import type { Clock, Logger } from '@volttron-ts/vip-core';
import type { Registered, Registry } from './registry.ts';

export interface RoundsOptions {
  readonly registry: Registry;
  readonly roundsCount: number;
  readonly minimumClients: number;
  readonly maximumClients: number;
  readonly clientWaitMs: number;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Logger;
  /** Makes one checkpoint of those that the clients of a round sent. */
  readonly aggregate: (round: number, checkpoints: readonly string[]) => Promise<void>;
}

export type RoundsPhase = 'waiting' | 'learning' | 'aggregating' | 'finished' | 'failed';

/**
 * The course of the rounds: it waits for clients, gives each the model of the round once, and aggregates when every client that lives
 * has sent what it learned. Those that die or leave are waited for no longer.
 */
export class Rounds {
  round = 0;
  phase: RoundsPhase = 'waiting';
  /** Why it failed. */
  reason: string | null = null;
  readonly #options: RoundsOptions;
  readonly #served = new Set<string>();
  readonly #delivered = new Map<string, string>();
  readonly #ended = Promise.withResolvers<undefined>();
  #lastJoined = 0;

  constructor(options: RoundsOptions) {
    this.#options = options;
  }

  /** Settles when the rounds are over, well or not. */
  get ended(): Promise<undefined> {
    return this.#ended.promise;
  }

  joined(): void {
    this.#lastJoined = this.#options.clock.now();
  }

  /** Throws RESOURCE_EXHAUSTED when the client is to ask again, PERMISSION_DENIED when there is no more. */
  requestModel({ token }: Registered): number {
    this.#begin();
    if (this.phase === 'finished' || this.phase === 'failed') {
      throw new CallError('PERMISSION_DENIED', 'The rounds are over.');
    }
    if (this.phase !== 'learning') throw new CallError('RESOURCE_EXHAUSTED', `The server is ${this.phase}.`);
    if (this.#served.has(token)) throw new CallError('RESOURCE_EXHAUSTED', 'This client has the model of this round.');
    this.#options.registry.close();
    this.#served.add(token);
    return this.round;
  }

  /** Whether a client owes what it learned in this round. */
  checkOwing({ token }: Registered): void {
    if (this.phase !== 'learning' || !this.#served.has(token)) {
      throw new CallError('FAILED_PRECONDITION', 'This client was given no model in this round.');
    }
  }

  /** What a client learned is in that file. */
  delivered({ token }: Registered, file: string): void {
    this.#delivered.set(token, file);
    this.check();
  }

  /** To be called when a client may have died or left. */
  check(): void {
    if (this.phase !== 'learning') return;
    const { living } = this.#options.registry;
    const isWaitedFor = living.some(({ token }) => !this.#delivered.has(token));
    if (isWaitedFor) return;
    if (this.#delivered.size === 0) this.#fail('No client is left.');
    else void this.#aggregate();
  }

  #begin(): void {
    const { registry, minimumClients, maximumClients, clientWaitMs, clock } = this.#options;
    if (this.phase !== 'waiting') return;
    const count = registry.living.length;
    const hasWaited = clock.now() - this.#lastJoined >= clientWaitMs;
    if (count >= maximumClients || (count >= minimumClients && hasWaited)) this.phase = 'learning';
  }

  async #aggregate(): Promise<void> {
    this.phase = 'aggregating';
    try {
      await this.#options.aggregate(this.round, [...this.#delivered.values()]);
    } catch (error) {
      this.#fail(error instanceof Error ? error.message : String(error));
      return;
    }
    this.#options.log.info('a round has ended', { round: this.round, checkpoints: this.#delivered.size });
    this.round++;
    this.#served.clear();
    this.#delivered.clear();
    if (this.round < this.#options.roundsCount) {
      this.phase = 'learning';
      return;
    }
    this.phase = 'finished';
    this.#ended.resolve(undefined);
  }

  #fail(reason: string): void {
    this.phase = 'failed';
    this.reason = reason;
    this.#options.log.error('the rounds have failed', { round: this.round, reason });
    this.#ended.resolve(undefined);
  }
}
