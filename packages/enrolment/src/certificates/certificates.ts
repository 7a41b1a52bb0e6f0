import { randomUUID } from 'node:crypto';

import { checkSigningRequest, readSigningRequest } from '@volttron-ts/pki';
import type { OrderMeta, SigningRequest } from '@volttron-ts/pki';
import type { WorkerCaller } from '@volttron-ts/storage';
import type { Clock, Logger } from '@volttron-ts/vip-core';

import type { Decision } from '../enrolment-request.ts';
import { RequestSupersededError, RequestUnknownError } from '../errors.ts';
import { AttemptCounter } from './attempt-counter.ts';
import type { TrailCheck, TrailHead } from './audit-trail.ts';
import type {
  CertificateContainer,
  CertificateEnrolment,
  CertificateFilter,
  CertificateRequest,
  OwnOrder,
  RequestAnswer,
} from './certificate-enrolment.ts';
import type { CertificateGrant } from './certificate-grant.ts';
import type { CertificateWorkerApi } from './certificate-worker.ts';
import { NameRefusedError, PluginMissingError, RequestFinalError, TooManyRequestsWaitingError } from './errors.ts';
import { GrantSteps } from './grant-steps.ts';
import type { SettledCall } from './order-command.ts';
import { OrderEngine } from './order-engine.ts';
import { makeOwnRequest } from './own-request.ts';
import { choosePlugin } from './plugin-choice.ts';
import type { PluginRunner } from './plugin-runner.ts';
import { RequestEvents } from './request-events.ts';
import { checkRemoteName } from './remote-name.ts';
import type { Committed, VerdictOutcome } from './request-command.ts';

export interface CertificateOptions {
  readonly instanceName: string;
  /** Who closes it is who opened it; after the enrolment. */
  readonly plugins: PluginRunner;
  readonly grant: CertificateGrant;
  /** UUIDs of requests and orders. */
  readonly newId?: () => string;
  /** From 0 to 1, for the jitter of pauses. */
  readonly random?: () => number;
}

interface Parts extends CertificateOptions {
  readonly worker: WorkerCaller<CertificateWorkerApi>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** How long whoever asks is kept waiting for a CA, ms. */
const PATIENCE = 10_000;

/** The order engine, the grant's steps and the machine in its worker, behind one door. */
export class Certificates implements CertificateEnrolment {
  autoApprove = false;
  readonly #parts: Parts;
  readonly #newId: () => string;
  readonly #engine: OrderEngine;
  readonly #steps: GrantSteps;
  readonly #attempts: AttemptCounter;
  readonly #events: RequestEvents;
  #closed = false;

  constructor(parts: Parts) {
    const { worker, clock, log, plugins: runner, grant, random = Math.random, newId = randomUUID } = parts;
    this.#parts = parts;
    this.#newId = newId;
    this.#events = new RequestEvents((id) => this.#find(id), log);
    this.#steps = new GrantSteps(grant, (steps) => worker.call('certificates.settleSteps', steps), clock, log);
    this.#attempts = new AttemptCounter((counts) => worker.call('certificates.count', counts), clock, log);
    this.#engine = new OrderEngine({
      ...{ worker, runner, clock, log, random },
      onSteps: (steps) => {
        this.#steps.add(steps);
      },
      onSettled: (settled) => {
        this.#tell(settled);
      },
    });
  }

  /** Takes up what a crash or a stop left under way. */
  async start(): Promise<void> {
    const { effects } = await this.#parts.worker.call('certificates.recover', this.#now());
    this.#engine.follow(effects);
  }

  async submit({ csr, address }: { readonly csr: string; readonly address: string }): Promise<RequestAnswer> {
    const request = readSigningRequest(csr);
    const { instanceName } = this.#parts;
    const name = request.subject.commonName;
    checkSigningRequest(request, { instanceName });
    checkRemoteName(name, instanceName);
    const at = this.#now();
    const { fingerprint } = request;
    // Where everything new is approved, most are new, and those that are not are found out all the same.
    const known = this.autoApprove
      ? undefined
      : await this.#parts.worker.call('certificates.look', { name, fingerprint, at });
    if (known === undefined || (known.kind === 'pending' && known.conflict)) {
      return this.#submitNew(request, address, at, known === undefined && this.autoApprove);
    }
    this.#attempts.add(known.id, address, at);
    return this.#granted(name, known);
  }

  async list(filter: CertificateFilter = {}): Promise<readonly CertificateRequest[]> {
    await this.#attempts.flush();
    return this.#parts.worker.call('certificates.list', { filter, now: this.#now() });
  }

  async find(idOrName: string): Promise<CertificateRequest | undefined> {
    await this.#attempts.flush();
    return this.#find(idOrName);
  }

  async approve(idOrName: string, decision: Decision): Promise<CertificateRequest> {
    const found = await this.#parts.worker.call('certificates.approvable', idOrName);
    if (found.kind !== 'found') throw refusal(idOrName, found);
    const { id, name, fingerprint, status, orderMeta } = found.request;
    if (status === 'approved' || status === 'issued') return this.#again(id);
    await this.#parts.grant.check({ name, fingerprint });
    const plugin = await choosePlugin(this.#parts, name, JSON.parse(orderMeta) as OrderMeta);
    const verdict = { ...this.#verdict(id, decision), orderId: this.#newId(), plugin };
    return this.#decided(id, await this.#parts.worker.call('certificates.approve', verdict));
  }

  async deny(idOrName: string, decision: Decision): Promise<CertificateRequest> {
    const verdict = this.#verdict(idOrName, decision);
    return this.#decided(idOrName, await this.#parts.worker.call('certificates.deny', verdict));
  }

  async remove(idOrName: string, decision: Decision): Promise<void> {
    const committed = await this.#parts.worker.call('certificates.remove', this.#verdict(idOrName, decision));
    if (committed.outcome.kind !== 'decided') throw refusal(idOrName, committed.outcome);
    this.#engine.follow(committed.effects);
    await this.#soon(this.#steps.attempted(committed.outcome.request.name));
    this.#events.changed();
  }

  async cancel(idOrName: string, decision: Decision): Promise<CertificateRequest> {
    const verdict = this.#verdict(idOrName, decision);
    return this.#decided(idOrName, await this.#parts.worker.call('certificates.cancel', verdict));
  }

  async modify(
    idOrName: string,
    orderMeta: Readonly<Record<string, unknown>>,
    decision: Decision,
  ): Promise<CertificateRequest> {
    if ('csr' in orderMeta) await this.#checkNewCsr(idOrName, orderMeta['csr']);
    const verdict = { ...this.#verdict(idOrName, decision), orderMeta: JSON.stringify(orderMeta) };
    return this.#decided(idOrName, await this.#parts.worker.call('certificates.modify', verdict));
  }

  async order(order: OwnOrder, decision: Decision): Promise<CertificateRequest> {
    const { name } = order;
    const { request, privateKey, orderMeta } = await makeOwnRequest(order);
    const plugin = await choosePlugin(this.#parts, name, orderMeta);
    const committed = await this.#parts.worker.call('certificates.order', {
      ...{ id: this.#newId(), orderId: this.#newId(), name, plugin, at: this.#now(), ...decision },
      ...{ fingerprint: request.fingerprint, csr: request.pem, privateKey },
      orderMeta: JSON.stringify(orderMeta),
    });
    return this.#decided(name, committed);
  }

  container(id: string): Promise<CertificateContainer | undefined> {
    return this.#parts.worker.call('certificates.container', id);
  }

  trailHead(): Promise<TrailHead> {
    return this.#parts.worker.call('certificates.trailHead', undefined);
  }

  verifyTrail(anchor?: TrailHead): Promise<TrailCheck> {
    return this.#parts.worker.call('certificates.verifyTrail', anchor);
  }

  on(event: 'change', listener: () => void): () => void;
  on(event: 'certificate-ready' | 'ca-unavailable', listener: (request: CertificateRequest) => void): () => void;
  on(event: 'change' | 'certificate-ready' | 'ca-unavailable', listener: (request: never) => void): () => void {
    return this.#events.on(event, listener as () => void);
  }

  /** The worker stays open. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#engine.close();
    await this.#steps.close();
    await this.#attempts.flush();
  }

  async #submitNew(request: SigningRequest, address: string, at: number, auto: boolean): Promise<RequestAnswer> {
    const { fingerprint, pem: csr } = request;
    const name = request.subject.commonName;
    const chosen = auto ? await this.#automatic(name, fingerprint, csr) : {};
    const [id, orderId] = [this.#newId(), this.#newId()];
    const { outcome, effects } = await this.#parts.worker.call('certificates.submit', {
      ...{ id, orderId, name, fingerprint, csr, address, at },
      ...chosen,
    });
    if (outcome.kind === 'too-many') throw new TooManyRequestsWaitingError(outcome.address);
    this.#engine.follow(effects);
    this.#events.changed();
    if (effects.calls.length === 0) return this.#granted(name, outcome.answer);
    await this.#soon(this.#engine.settled(orderId));
    const answer = await this.#parts.worker.call('certificates.look', { name, fingerprint, at: this.#now() });
    const granted = await this.#granted(name, answer ?? outcome.answer);
    return granted.kind === 'approved' ? { ...granted, auto: true } : granted;
  }

  /** What everything new is approved with. A request that no plugin serves waits, and says why. */
  async #automatic(name: string, fingerprint: string, csr: string): Promise<{ plugin?: string; problem?: string }> {
    await this.#parts.grant.check({ name, fingerprint });
    try {
      return { plugin: await choosePlugin(this.#parts, name, { csr, profile: 'client' }) };
    } catch (error) {
      if (!(error instanceof PluginMissingError)) throw error;
      this.#parts.log.error(error.line);
      return { problem: error.message };
    }
  }

  /** The same key under the same name, so that what was approved stays approved. */
  async #checkNewCsr(idOrName: string, csr: unknown): Promise<void> {
    const request = await this.#find(idOrName);
    if (request === undefined) throw new RequestUnknownError(idOrName);
    const fresh = readSigningRequest(String(csr));
    checkSigningRequest(fresh, {});
    if (fresh.fingerprint !== request.fingerprint || fresh.subject.commonName !== request.name) {
      const remedy = 'Sign the changed request with the same key, and keep its name.';
      throw new NameRefusedError(request.name, 'the changed request is for another key or name', remedy);
    }
  }

  async #decided(asked: string, { outcome, effects }: Committed<VerdictOutcome>): Promise<CertificateRequest> {
    if (outcome.kind !== 'decided') throw refusal(asked, outcome);
    this.#engine.follow(effects);
    this.#events.changed();
    const { request } = outcome;
    if (effects.calls.length + effects.steps.length === 0) return request;
    const orders = effects.calls.map(({ orderId }) => this.#engine.settled(orderId));
    const ownOrder = request.order?.id;
    const waited =
      request.status === 'denied' ? [] : ownOrder === undefined ? orders : [this.#engine.settled(ownOrder)];
    await this.#soon(Promise.all(waited).then(() => this.#steps.attempted(request.name)));
    return this.#again(request.id);
  }

  async #again(id: string): Promise<CertificateRequest> {
    const request = await this.find(id);
    if (request === undefined) throw new RequestUnknownError(id);
    return request;
  }

  /** A certificate is handed out once it also gives access. */
  async #granted(name: string, answer: RequestAnswer): Promise<RequestAnswer> {
    if (answer.kind !== 'approved') return answer;
    if (!this.#steps.isDone(name)) await this.#soon(this.#steps.attempted(name));
    return this.#steps.isDone(name) ? answer : { kind: 'pending', id: answer.id, conflict: false };
  }

  #tell({ requestId, ended, isCurrent, unavailable }: SettledCall): void {
    this.#events.changed();
    if (ended === 'issued' && isCurrent) this.#events.emit('certificate-ready', requestId);
    if (unavailable) this.#events.emit('ca-unavailable', requestId);
  }

  #find(idOrName: string): Promise<CertificateRequest | undefined> {
    return this.#parts.worker.call('certificates.find', { idOrName, now: this.#now() });
  }

  #verdict(idOrName: string, { by, from, why }: Decision): Decision & { idOrName: string; at: number; id: string } {
    return { idOrName, by, from, why, at: this.#now(), id: this.#newId() };
  }

  async #soon(settled: Promise<unknown>): Promise<void> {
    const late = Promise.withResolvers<undefined>();
    const cancel = this.#parts.clock.after(PATIENCE, () => {
      late.resolve(undefined);
    });
    await Promise.race([settled, late.promise]);
    cancel();
  }

  #now(): number {
    return Math.floor(this.#parts.clock.now() * 1000);
  }
}

function refusal(asked: string, outcome: Exclude<VerdictOutcome, { kind: 'decided' }>): Error {
  if (outcome.kind === 'unknown') return new RequestUnknownError(asked);
  if (outcome.kind === 'superseded') return new RequestSupersededError(asked, outcome.by);
  if (outcome.kind === 'final') return new RequestFinalError(asked, outcome.status);
  return new NameRefusedError(asked, `a remote agent has a request for it, which is ${outcome.status}`, 'Remove that.');
}
