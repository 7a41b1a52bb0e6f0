import { randomUUID } from 'node:crypto';

import type { JsonObject, OrderMeta } from '@volttron-ts/pki';
import type { WorkerCaller } from '@volttron-ts/storage';
import type { Clock, Logger } from '@volttron-ts/vip-core';

import type { CertificateWorkerApi } from './certificate-worker.ts';
import { checkIssued } from './issued-certificate.ts';
import type { CallOutcome, Effects, OpenedCall, PlannedCall, SettledCall } from './order-command.ts';
import type { PluginOutcome, PluginRunner } from './plugin-runner.ts';
import { readPluginResult } from './plugin-result.ts';

/** How long a result waits that could not be kept, ms. */
const KEEP_AGAIN = 1000;
/** Timers of Node end at 24.8 days. */
const LONGEST_TIMER = 2_000_000_000;

export interface EngineParts {
  readonly worker: WorkerCaller<CertificateWorkerApi>;
  readonly runner: PluginRunner;
  readonly clock: Clock;
  readonly log: Logger;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly onSteps: (steps: Effects['steps']) => void;
  readonly onSettled: (settled: SettledCall) => void;
}

/**
 * Makes the calls that are stored as open, and keeps what became of them. Pauses are measured by the monotonic clock;
 * over a restart what is left of them is told from the wall clock, never more than the whole pause.
 */
export class OrderEngine {
  readonly #parts: EngineParts;
  readonly #running = new Map<string, Promise<void>>();
  readonly #timers = new Map<string, () => void>();
  readonly #closing = Promise.withResolvers<undefined>();
  readonly #stop = new AbortController();

  constructor(parts: EngineParts) {
    this.#parts = parts;
  }

  /** Does what a committed command asks for. */
  follow({ calls, planned, steps }: Effects): void {
    for (const call of calls) this.#start(call);
    for (const plan of planned) this.#plan(plan);
    if (steps.length > 0) this.#parts.onSteps(steps);
  }

  /** Settles when the open call of an order, if there is one, has come back and its result is kept. */
  async settled(orderId: string): Promise<void> {
    await this.#running.get(orderId);
  }

  /** Makes no further call. What is open is looked into after the next start. */
  close(): void {
    this.#stop.abort();
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
    this.#closing.resolve(undefined);
  }

  #hasStopped(): boolean {
    return this.#stop.signal.aborted;
  }

  #start(call: OpenedCall): void {
    this.#timers.get(call.orderId)?.();
    this.#timers.delete(call.orderId);
    if (this.#hasStopped()) return;
    // A call that follows at once is only known when its forerunner is through, and takes its place then.
    const running: Promise<void> = Promise.race([this.#run(call), this.#closing.promise]).then(() => {
      if (this.#running.get(call.orderId) === running) this.#running.delete(call.orderId);
    });
    this.#running.set(call.orderId, running);
  }

  #plan({ orderId, delay }: PlannedCall): void {
    this.#timers.get(orderId)?.();
    const after = (left: number): void => {
      const wait = Math.min(left, LONGEST_TIMER);
      const cancel = this.#parts.clock.after(wait, () => {
        this.#timers.delete(orderId);
        if (left > wait) after(left - wait);
        else this.#claim(orderId);
      });
      this.#timers.set(orderId, cancel);
    };
    if (!this.#hasStopped()) after(delay);
  }

  #claim(orderId: string): void {
    this.#parts.worker.call('certificates.claim', orderId).then(
      ({ effects }) => {
        this.follow(effects);
      },
      (error: unknown) => {
        if (this.#hasStopped()) return;
        this.#parts.log.error(`The order ${orderId} could not be taken up and is tried again: ${messageOf(error)}`);
        this.#plan({ orderId, delay: KEEP_AGAIN });
      },
    );
  }

  async #run(call: OpenedCall): Promise<void> {
    const outcome = await this.#call(call);
    if (this.#hasStopped()) return;
    const { orderId, callNumber } = call;
    const at = Math.floor(this.#parts.clock.now() * 1000);
    const result = { orderId, callNumber, at, random: this.#parts.random(), containerId: randomUUID(), outcome };
    for (;;) {
      try {
        const { outcome: settled, effects } = await this.#parts.worker.call('certificates.settle', result);
        this.follow(effects);
        if (settled !== undefined) this.#parts.onSettled(settled);
        return;
      } catch (error) {
        // The answer of the CA must not get lost because the disk is full.
        if (this.#hasStopped()) return;
        this.#parts.log.error(
          `The result of the order ${orderId} could not be kept, and is tried again: ${messageOf(error)}`,
        );
        await this.#pause(KEEP_AGAIN);
      }
    }
  }

  async #call(call: OpenedCall): Promise<CallOutcome> {
    const { runner, worker, clock } = this.#parts;
    const { plugin, method, orderId, callNumber, exclusive } = call;
    if (!runner.names.includes(plugin)) {
      return { kind: 'absent', message: `the plugin "${plugin}" is not configured any more` };
    }
    const saves = { failed: false };
    const outcome = await runner
      .call({
        ...{ plugin, method, exclusive },
        order: {
          ...{ orderId, openedAt: Math.floor(call.openedAt / 1000) },
          orderMeta: JSON.parse(call.orderMeta) as OrderMeta,
          pluginMeta: JSON.parse(call.pluginMeta) as JsonObject,
        },
        save: async (meta) => {
          const pluginMeta = JSON.stringify(meta);
          try {
            await worker.call('certificates.save', { orderId, callNumber, pluginMeta });
          } catch (error) {
            saves.failed = true;
            throw error;
          }
        },
      })
      .catch((error: unknown): PluginOutcome => ({ kind: 'interrupted', message: messageOf(error) }));
    // What a plugin throws because our disk failed is no word of its CA.
    if (saves.failed && outcome.kind === 'thrown') return { kind: 'interrupted', message: outcome.message };
    return judge(outcome, call, clock.now());
  }

  #pause(milliseconds: number): Promise<unknown> {
    const over = new Promise<void>((resolve) => {
      this.#parts.clock.after(milliseconds, resolve);
    });
    return Promise.race([over, this.#closing.promise]);
  }
}

/** What a plugin did, in the engine's terms: what makes no sense is a failure of the order. */
function judge(outcome: PluginOutcome, { fingerprint, pluginMeta: before }: OpenedCall, now: number): CallOutcome {
  if (outcome.kind === 'interrupted') return outcome;
  const json = JSON.stringify(outcome.pluginMeta);
  const pluginMeta = json === before ? null : json;
  if (outcome.kind === 'thrown') return { kind: 'failed', message: outcome.message, pluginMeta };
  const result = readPluginResult(outcome.result);
  if (typeof result === 'string') return { kind: 'failed', message: result, pluginMeta };
  const { status, statusMessage: message = null, retryMsec, retryMethod } = result;
  const answered = { kind: 'answered', status, message, pluginMeta, retryMsec, retryMethod } as const;
  if (status !== 'certificate generated') return answered;
  const certificate = checkIssued(result, fingerprint, now);
  return typeof certificate === 'string'
    ? { kind: 'failed', message: certificate, pluginMeta }
    : { ...answered, certificate };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
