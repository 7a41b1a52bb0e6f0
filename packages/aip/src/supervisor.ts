import type { Clock, Logger } from '@volttron-ts/vip-core';
import type { AgentEnd } from './agent-process.ts';
import { AgentRunningError } from './errors.ts';
import type { InstalledAgent } from './installed-agent.ts';
import { judgeEnd, restartLimits } from './supervision.ts';
import type { RestartLimits, Supervision } from './supervision.ts';

export interface SupervisorOptions {
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Starts the agent again; a rejection counts as one more failure. */
  readonly start: (agent: InstalledAgent) => Promise<unknown>;
  /** Tells people of an agent that does not stay up, with the original's text; its restarts go on. */
  readonly alert: (agent: InstalledAgent, text: string) => void;
  readonly log: Logger;
  readonly limits?: RestartLimits;
}

/** Starts agents again that ended though nobody asked for it. */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #limits: RestartLimits;
  readonly #agents = new Map<string, Supervision>();
  readonly #waiting = new Map<string, () => void>();

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#limits = options.limits ?? restartLimits;
  }

  /**
   * Ends of this agent's process, which is about to be started or was taken back, are followed by restarts from now on.
   * Its failures so far stay counted until it has run for a while; `forget` forgets them.
   */
  watch({ uuid }: InstalledAgent): void {
    this.#cancel(uuid);
    const failures = this.#agents.get(uuid)?.failures ?? 0;
    this.#agents.set(uuid, { failures, startedAt: this.#options.clock.monotonic() });
  }

  /** An agent's process ended. */
  ended(agent: InstalledAgent, { exitCode, asked }: AgentEnd): void {
    const { clock, random, log, alert } = this.#options;
    const supervision = this.#agents.get(agent.uuid);
    if (asked || supervision === undefined) {
      this.forget(agent.uuid);
      return;
    }
    const verdict = judgeEnd(supervision, exitCode, clock.monotonic(), this.#limits, random());
    if (!verdict.restart) {
      this.forget(agent.uuid);
      return;
    }
    this.#agents.set(agent.uuid, { ...supervision, failures: verdict.failures });
    log.warn(`Agent ${agent.name}(${agent.uuid}) stopped unexpectedly; it starts again in ${verdict.delayMs} ms`, {
      identity: agent.identity,
      exitCode,
      failures: verdict.failures,
    });
    if (verdict.alert) alert(agent, `Agent ${agent.name}(${agent.uuid}) stopped unexpectedly`);
    this.#restartAfter(agent, verdict.delayMs);
  }

  /** An operator stopped or removed it: a restart that waits does not come, and its failures are forgotten. */
  forget(uuid: string): void {
    this.#cancel(uuid);
    this.#agents.delete(uuid);
  }

  /** No restart comes any more. */
  close(): void {
    for (const uuid of [...this.#waiting.keys()]) this.forget(uuid);
  }

  #restartAfter(agent: InstalledAgent, milliseconds: number): void {
    const { clock, start, log } = this.#options;
    this.#cancel(agent.uuid);
    const cancel = clock.after(milliseconds, () => {
      this.watch(agent);
      start(agent).catch((error: unknown) => {
        if (error instanceof AgentRunningError) return;
        log.error(`Agent ${agent.name}(${agent.uuid}) cannot be started again: ${String(error)}`);
        this.ended(agent, { exitCode: 1, asked: false });
      });
    });
    this.#waiting.set(agent.uuid, cancel);
  }

  #cancel(uuid: string): void {
    this.#waiting.get(uuid)?.();
    this.#waiting.delete(uuid);
  }
}
