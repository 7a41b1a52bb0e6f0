import { startWorker, workerUrl } from '@volttron-ts/storage';
import type { WorkerHandle } from '@volttron-ts/storage';
import type { AuthenticationDecision, AuthenticationRequest, Clock, Logger } from '@volttron-ts/vip-core';

import { AttemptBuffer } from './attempt-buffer.ts';
import type { CertificateEnrolment } from './certificates/certificate-enrolment.ts';
import type { CertificateOptions } from './certificates/certificates.ts';
import type { Decision, EnrolmentGrant, EnrolmentRequest, Limits, RequestStatus } from './enrolment-request.ts';
import type { EnrolmentWorker } from './enrolment-worker.ts';
import { RequestSupersededError, RequestUnknownError, StepPendingError } from './errors.ts';
import type { Outcome, Verdict } from './key-requests.ts';
import { OwedSteps } from './owed-steps.ts';

export interface EnrolmentOptions {
  /** The database, such as `$VOLTTRON_HOME/enrolment.sqlite`; power-safe. */
  readonly path: string;
  readonly grant: EnrolmentGrant;
  readonly clock: Clock;
  readonly log: Logger;
  /** How many requests may wait; 1000 in all and 100 per address unless given. */
  readonly limits?: Limits;
}

export interface EnrolmentWithCertificatesOptions extends EnrolmentOptions {
  readonly certificates: CertificateOptions;
}

/** A request becomes a decision becomes access. */
export interface Enrolment {
  /** Takes note of a refused attempt, at once and in memory; fits Authenticator's `onRefused`. */
  report(request: AuthenticationRequest, decision: AuthenticationDecision): void;
  /** The current requests, the latest attempt first. */
  list(filter?: { readonly status?: RequestStatus }): Promise<EnrolmentRequest[]>;
  /**
   * Gives access. Of a denied key this opens a request that supersedes the denied one; of an approved one it changes
   * nothing.
   *
   * @throws RequestUnknownError, RequestSupersededError, StepPendingError; what the grant's `check` throws
   */
  approve(id: string, decision: Decision): Promise<EnrolmentRequest>;
  /** Denies a key under all its names, and ends its sessions. Throws as `approve`. */
  deny(id: string, decision: Decision): Promise<EnrolmentRequest>;
  /** Takes a request off the list; a decided key is unknown again, and may ask anew. Throws as `approve`. */
  remove(id: string, decision: Decision): Promise<void>;
  /** Calls back when the list has changed; the answer ends that. */
  on(event: 'change', listener: () => void): () => void;
  /** Stores what was reported, and closes the database. */
  close(): Promise<void>;
}

/** Keys and certificates alike, in one database. */
export interface EnrolmentWithCertificates extends Enrolment {
  readonly certificates: CertificateEnrolment;
}

const DEFAULT_LIMITS: Limits = { pending: 1000, perAddress: 100 };
const FLUSH_AFTER = 200;

/** Opens the database, and does the steps that a crash left owed. Throws a DatabaseFailure, DatabaseNewerError, … */
export async function openEnrolment(options: EnrolmentWithCertificatesOptions): Promise<EnrolmentWithCertificates>;
export async function openEnrolment(options: EnrolmentOptions): Promise<Enrolment>;
export async function openEnrolment(
  options: EnrolmentOptions & Partial<EnrolmentWithCertificatesOptions>,
): Promise<Enrolment> {
  const { path, log, limits = DEFAULT_LIMITS } = options;
  const worker = startWorker<EnrolmentWorker>(workerUrl(import.meta.url, './enrolment-worker'), {
    workerData: { path, limits },
    onCrash: (error) => {
      log.error(error.message);
    },
  });
  const enrolment = new KeyEnrolment(worker, options, limits);
  await enrolment.start();
  if (options.certificates === undefined) return enrolment;
  const { clock } = options;
  // Most instances serve no certificate requests, and what reads certificates costs a process 20 MB.
  const { Certificates } = await import('./certificates/certificates.ts');
  const certificates = new Certificates({ ...options.certificates, worker, clock, log });
  await certificates.start();
  return withCertificates(enrolment, certificates);
}

/** Closing the one closes the other first: the worker is theirs together. */
function withCertificates(keys: KeyEnrolment, certificates: CertificateEnrolment): EnrolmentWithCertificates {
  return Object.assign(keys, {
    certificates,
    close: async () => {
      await certificates.close();
      await KeyEnrolment.prototype.close.call(keys);
    },
  });
}

class KeyEnrolment implements Enrolment {
  readonly #worker: WorkerHandle<EnrolmentWorker>;
  readonly #grant: EnrolmentGrant;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #buffer: AttemptBuffer;
  readonly #steps: OwedSteps;
  readonly #listeners = new Set<() => void>();
  #flushing: Promise<void> = Promise.resolve();
  #cancelFlush: (() => void) | undefined;
  #closed = false;

  constructor(worker: WorkerHandle<EnrolmentWorker>, { grant, clock, log }: EnrolmentOptions, limits: Limits) {
    this.#worker = worker;
    this.#grant = grant;
    this.#clock = clock;
    this.#log = log;
    this.#buffer = new AttemptBuffer(limits.pending);
    this.#steps = new OwedSteps(
      { owed: () => worker.call('owed', undefined), settle: (step) => worker.call('settle', step) },
      grant,
      clock,
      log,
    );
  }

  async start(): Promise<void> {
    await this.#steps.run();
  }

  report(request: AuthenticationRequest, decision: AuthenticationDecision): void {
    if (this.#closed) return;
    this.#buffer.add(request, decision, this.#now());
    if (this.#buffer.isEmpty) return;
    this.#cancelFlush ??= this.#clock.after(FLUSH_AFTER, () => {
      this.#flush().catch(this.#notStored);
    });
  }

  async list({ status }: { readonly status?: RequestStatus } = {}): Promise<EnrolmentRequest[]> {
    await this.#flush();
    return this.#worker.call('list', status);
  }

  async approve(id: string, decision: Decision): Promise<EnrolmentRequest> {
    await this.#flush();
    const request = await this.#worker.call('get', id);
    if (request === undefined) throw new RequestUnknownError(id);
    if (request.status !== 'approved') await this.#grant.check(request);
    return this.#decide(id, 'approved', decision);
  }

  async deny(id: string, decision: Decision): Promise<EnrolmentRequest> {
    await this.#flush();
    return this.#decide(id, 'denied', decision);
  }

  async remove(id: string, decision: Decision): Promise<void> {
    await this.#flush();
    await this.#decide(id, 'removed', decision);
  }

  on(_event: 'change', listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#flush().catch(this.#notStored);
    await this.#steps.close();
    await this.#worker.close();
  }

  async #decide(id: string, status: Verdict['status'], { by, from, why }: Decision): Promise<EnrolmentRequest> {
    const verdict: Verdict = { id, status, by, from, why, at: this.#now() };
    const request = this.#decided(id, await this.#worker.call('decide', verdict));
    const failures = await this.#steps.run();
    this.#changed();
    if (failures.has(request.id)) throw new StepPendingError(request.id, status, failures.get(request.id));
    return request;
  }

  #decided(id: string, outcome: Outcome): EnrolmentRequest {
    if (outcome.kind === 'unknown') throw new RequestUnknownError(id);
    if (outcome.kind === 'superseded') throw new RequestSupersededError(id, outcome.by);
    return outcome.request;
  }

  /** One after another, so that whoever flushes then sees all that was reported before. */
  #flush(): Promise<void> {
    this.#cancelFlush?.();
    this.#cancelFlush = undefined;
    const flush = this.#flushing.then(async () => {
      if (this.#buffer.isEmpty) return;
      await this.#worker.call('record', this.#buffer.drain());
      this.#changed();
    });
    this.#flushing = flush.catch(() => undefined);
    return flush;
  }

  readonly #notStored = (error: unknown): void => {
    this.#log.error(`Requests could not be stored: ${error instanceof Error ? error.message : String(error)}`);
  };

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }

  #now(): number {
    return Math.floor(this.#clock.now() * 1000);
  }
}
