import type { Rpc } from '@volttron-ts/agent';
import { UnreachableError, VipError } from '@volttron-ts/vip-core';
import type { Clock, Logger } from '@volttron-ts/vip-core';
import { Turns } from './turns.ts';

/** What an agent is told, and what it is about, for the log. */
export interface Push {
  readonly method: 'config.initial_update' | 'config.update';
  readonly args: readonly unknown[];
  readonly kwargs?: Readonly<Record<string, unknown>>;
  readonly what: string;
}

export interface AgentPushesOptions {
  /** Asked for when something is pushed, not before. */
  readonly rpc: () => Rpc;
  readonly clock: Clock;
  readonly log: Logger;
}

/** How long an agent may take over a push, and a caller is kept waiting for it (reference/vip-zmq.md §2.16). */
const PUSH_MS = 30_000;
/** Pushes that may wait for one agent; those beyond are not sent. */
const MAX_WAITING = 1000;

interface Waiting {
  count: number;
  /** Aborted when the agent leaves: whoever comes back asks for everything anew. */
  readonly gone: AbortController;
}

/** Tells agents about their configurations, each agent one thing after another. */
export class AgentPushes {
  readonly #options: AgentPushesOptions;
  readonly #turns = new Turns();
  readonly #waiting = new Map<string, Waiting>();

  constructor(options: AgentPushesOptions) {
    this.#options = options;
  }

  /** Settles when the agent has answered or cannot be told, which is logged; after 30 s in any case. Never rejects. */
  async push(identity: string, push: Push): Promise<void> {
    const waiting = this.#waiting.get(identity) ?? { count: 0, gone: new AbortController() };
    if (waiting.count >= MAX_WAITING) {
      this.#options.log.error(`Agent ${identity} is not told of ${push.what}: too much waits for it`, { identity });
      return;
    }
    this.#waiting.set(identity, waiting);
    waiting.count++;
    const told = this.#turns
      .take(identity, () => this.#tell(identity, push, waiting.gone.signal))
      .finally(() => {
        if (--waiting.count === 0 && this.#waiting.get(identity) === waiting) this.#waiting.delete(identity);
      });
    await this.#atMost(told);
  }

  /** Ends what waits for an agent that has left. */
  dropped(identity: string): void {
    this.#waiting.get(identity)?.gone.abort();
    this.#waiting.delete(identity);
  }

  async #tell(identity: string, { method, args, kwargs, what }: Push, signal: AbortSignal): Promise<void> {
    const { log, rpc } = this.#options;
    try {
      signal.throwIfAborted();
      await rpc().call(identity, method, args, { timeoutMs: PUSH_MS, signal, ...(kwargs && { kwargs }) });
    } catch (error) {
      if (error instanceof UnreachableError || signal.aborted) {
        log.debug(`Agent ${identity} not currently running. Configuration update not sent.`, { identity });
        return;
      }
      const reason = error instanceof VipError ? error.line : String(error);
      log.error(`Agent ${identity} failure when told of ${what}: ${reason}`, { identity });
    }
  }

  async #atMost(told: Promise<void>): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const cancel = this.#options.clock.after(PUSH_MS, () => {
      resolve(undefined);
    });
    await Promise.race([told, promise]);
    cancel();
  }
}
