import type { Clock, Logger } from '@volttron-ts/vip-core';

import type { CertificateGrant } from './certificate-grant.ts';
import type { SettledStep } from './certificate-machine.ts';
import type { OwedGrantStep } from './order-command.ts';

const FIRST_RETRY = 1000;
const LONGEST_RETRY = 60_000;
/**
 * Least time until a step is recorded as done, ms: what a grant writes need not be forced to the disk, where the kernel
 * brings it within 35 s (dirty_expire and dirty_writeback). A step that is not recorded is done again at the next start.
 */
const RECORD_AFTER = 40_000;

interface Line {
  readonly steps: OwedGrantStep[];
  running: boolean;
  failures: number;
}

/**
 * Does the steps that decisions owe. Those of one name follow each other, and a failed one holds up the later ones; a
 * grant that has become moot is left out. Names do not wait for each other.
 */
export class GrantSteps {
  readonly #grant: CertificateGrant;
  readonly #settle: (steps: readonly SettledStep[]) => Promise<void>;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #lines = new Map<string, Line>();
  readonly #retries = new Set<() => void>();
  readonly #waiters = new Map<string, Set<() => void>>();
  readonly #running = new Set<Promise<void>>();
  /** Done since the timer was set, and before. */
  #young: SettledStep[] = [];
  #ripe: SettledStep[] = [];
  #cancelTimer: (() => void) | undefined;
  #closed = false;

  constructor(
    grant: CertificateGrant,
    settle: (steps: readonly SettledStep[]) => Promise<void>,
    clock: Clock,
    log: Logger,
  ) {
    this.#grant = grant;
    this.#settle = settle;
    this.#clock = clock;
    this.#log = log;
  }

  add(steps: readonly OwedGrantStep[]): void {
    for (const step of steps) {
      const line = this.#lines.get(step.name) ?? { steps: [], running: false, failures: 0 };
      this.#lines.set(step.name, line);
      if (step.step !== 'grant') this.#dropGrants(line);
      line.steps.push(step);
      this.#start(step.name, line);
    }
  }

  /** Settles when the steps of a name are done, or the first of them has failed. */
  attempted(name: string): Promise<void> {
    const line = this.#lines.get(name);
    if (line === undefined || (!line.running && line.failures > 0)) return Promise.resolve();
    return new Promise((resolve) => {
      const waiters = this.#waiters.get(name) ?? new Set<() => void>();
      this.#waiters.set(name, waiters.add(resolve));
    });
  }

  /** Whether a name has everything that was decided for it. */
  isDone(name: string): boolean {
    return !this.#lines.has(name);
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const cancel of this.#retries) cancel();
    this.#cancelTimer?.();
    await Promise.all(this.#running);
  }

  /** The one that runs goes on: what comes after it undoes it. */
  #dropGrants(line: Line): void {
    const kept = line.steps.filter(({ step }, n) => step !== 'grant' || (n === 0 && line.running));
    line.steps.splice(0, line.steps.length, ...kept);
    if (kept.length === 0) line.failures = 0;
  }

  #start(name: string, line: Line): void {
    if (line.running || this.#closed) return;
    line.running = true;
    const running = this.#work(name, line).finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  async #work(name: string, line: Line): Promise<void> {
    for (let step = line.steps[0]; step !== undefined && !this.#closed; step = line.steps[0]) {
      const done = await this.#attempt(step, line);
      if (!done && !isMoot(step, line)) break;
      line.failures = 0;
      line.steps.shift();
    }
    line.running = false;
    if (line.steps.length === 0) this.#lines.delete(name);
    for (const resolve of this.#waiters.get(name) ?? []) resolve();
    this.#waiters.delete(name);
  }

  async #attempt(step: OwedGrantStep, line: Line): Promise<boolean> {
    try {
      await this.#do(step);
      this.#record({ requestId: step.requestId, seq: step.seq });
      return true;
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      this.#log.error(`The step "${step.step}" for ${step.name} failed and is tried again: ${problem}`);
      line.failures++;
      await this.#settle([{ requestId: step.requestId, seq: step.seq, problem }]).catch(this.#notRecorded);
      this.#retry(step.name, line);
      return false;
    }
  }

  #do({ step, name, fingerprint, certificate, by, from, why }: OwedGrantStep): Promise<void> {
    const said = { grant: 'Approved', withdraw: 'Denied', forget: 'Removed' }[step];
    const comment = `${said} by ${by} from ${from}${why === null ? '' : `: ${why}`}`;
    return this.#grant[step]({ name, fingerprint, comment, ...(certificate === null ? {} : { certificate }) });
  }

  #record(step: SettledStep): void {
    this.#young.push(step);
    if (!this.#closed) this.#cancelTimer ??= this.#clock.after(RECORD_AFTER, this.#recordRipe);
  }

  readonly #recordRipe = (): void => {
    const done = this.#ripe;
    this.#ripe = this.#young;
    this.#young = [];
    const isOver = this.#ripe.length === 0;
    this.#cancelTimer = isOver ? undefined : this.#clock.after(RECORD_AFTER, this.#recordRipe);
    if (done.length > 0) this.#settle(done).catch(this.#notRecorded);
  };

  #retry(name: string, line: Line): void {
    if (this.#closed) return;
    const wait = Math.min(FIRST_RETRY * 2 ** (line.failures - 1), LONGEST_RETRY);
    const cancel = this.#clock.after(wait, () => {
      this.#retries.delete(cancel);
      if (this.#lines.get(name) === line) this.#start(name, line);
    });
    this.#retries.add(cancel);
  }

  readonly #notRecorded = (error: unknown): void => {
    this.#log.error(`Steps could not be recorded: ${error instanceof Error ? error.message : String(error)}`);
  };
}

/** A grant that failed while a denial or removal came after it. */
function isMoot({ step }: OwedGrantStep, line: Line): boolean {
  return step === 'grant' && line.steps.some((later) => later.step !== 'grant');
}
