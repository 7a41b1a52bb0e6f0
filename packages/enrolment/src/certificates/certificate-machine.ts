import type { Limits } from '../enrolment-request.ts';
import { trailHead, verifyTrail } from './audit-trail.ts';
import type { TrailCheck, TrailHead } from './audit-trail.ts';
import type {
  CertificateContainer,
  CertificateFilter,
  CertificateRequest,
  RequestAnswer,
} from './certificate-enrolment.ts';
import type { CertificateRows } from './certificate-rows.ts';
import { owedStep, settleStep } from './grant-outbox.ts';
import { noEffects } from './order-command.ts';
import type { CallResult, Effects, OwedGrantStep, SettledCall } from './order-command.ts';
import { claimCall, recoverOrders, saveMeta, settleCall } from './order-machine.ts';
import type {
  Approval,
  Committed,
  Modification,
  OwnSubmission,
  RepeatedAttempts,
  RequestVerdict,
  Submission,
  SubmitOutcome,
  VerdictOutcome,
} from './request-command.ts';
import { answerFor, countAttempts, submit, submitOwn } from './request-machine.ts';
import { toCertificateRequest } from './request-view.ts';
import { approvable, approve, cancel, deny, findRequest, modify, remove } from './verdict-machine.ts';
import type { Approvable } from './verdict-machine.ts';

export interface SettledStep {
  readonly requestId: string;
  readonly seq: number;
  readonly problem?: string;
}

/**
 * The state machine of requests, orders and certificates: synchronous, without clock, chance or I/O of its own. Each
 * method is one transaction; what it answers as effects is done once that is committed.
 */
export class CertificateMachine {
  readonly #rows: CertificateRows;
  readonly #limits: Limits;

  constructor(rows: CertificateRows, limits: Limits) {
    this.#rows = rows;
    this.#limits = limits;
  }

  look(request: Pick<Submission, 'name' | 'fingerprint' | 'at'>): RequestAnswer | undefined {
    return answerFor(this.#rows, request);
  }

  submit(request: Submission): Committed<SubmitOutcome> {
    return this.#commit((effects) => submit(this.#rows, effects, this.#limits, request));
  }

  order(request: OwnSubmission): Committed<VerdictOutcome> {
    return this.#commit((effects) => submitOwn(this.#rows, effects, request));
  }

  count(attempts: readonly RepeatedAttempts[]): void {
    countAttempts(this.#rows, attempts);
  }

  /** What is to be approved, for the choice of its plugin. */
  approvable(idOrName: string): { kind: 'found'; request: Approvable } | Exclude<VerdictOutcome, { kind: 'decided' }> {
    const found = findRequest(this.#rows, idOrName);
    return found.kind === 'row' ? { kind: 'found', request: approvable(this.#rows, found.row) } : found;
  }

  approve(verdict: Approval): Committed<VerdictOutcome> {
    return this.#commit((effects) => approve(this.#rows, effects, verdict));
  }

  deny(verdict: RequestVerdict): Committed<VerdictOutcome> {
    return this.#commit((effects) => deny(this.#rows, effects, verdict));
  }

  remove(verdict: RequestVerdict): Committed<VerdictOutcome> {
    return this.#commit((effects) => remove(this.#rows, effects, verdict));
  }

  cancel(verdict: RequestVerdict): Committed<VerdictOutcome> {
    return this.#commit((effects) => cancel(this.#rows, effects, verdict));
  }

  modify(verdict: Modification): Committed<VerdictOutcome> {
    return this.#commit((effects) => modify(this.#rows, effects, verdict));
  }

  claim(orderId: string): Committed<undefined> {
    return this.#commit((effects) => {
      claimCall(this.#rows, effects, orderId);
      return undefined;
    });
  }

  save({ orderId, callNumber, pluginMeta }: { orderId: string; callNumber: number; pluginMeta: string }): void {
    saveMeta(this.#rows, orderId, callNumber, pluginMeta);
  }

  settle(result: CallResult): Committed<SettledCall | undefined> {
    return this.#commit((effects) => settleCall(this.#rows, effects, result));
  }

  /** After a start: every order that is under way, every step that is owed. */
  recover(at: number): Committed<undefined> {
    return this.#commit((effects) => {
      recoverOrders(this.#rows, effects, at);
      effects.steps.push(...this.owed());
      return undefined;
    });
  }

  owed(): OwedGrantStep[] {
    return this.#rows.owing().map((row) => owedStep(this.#rows, row));
  }

  settleSteps(steps: readonly SettledStep[]): void {
    for (const step of steps) settleStep(this.#rows, step);
  }

  list({ filter, now }: { readonly filter: CertificateFilter; readonly now: number }): CertificateRequest[] {
    return this.#rows.requests(filter).map((row) => toCertificateRequest(this.#rows, row, now));
  }

  find({ idOrName, now }: { readonly idOrName: string; readonly now: number }): CertificateRequest | undefined {
    const row = this.#rows.request(idOrName) ?? this.#rows.current(idOrName);
    return row?.removed_at === null ? toCertificateRequest(this.#rows, row, now) : undefined;
  }

  container(id: string): CertificateContainer | undefined {
    const row = this.#rows.certificate(id);
    if (row === undefined) return undefined;
    const { certificate, intermediates, private_key: privateKey } = row;
    return { id, certificate, intermediates, ...(privateKey === null ? {} : { privateKey }) };
  }

  trailHead(): TrailHead {
    return trailHead(this.#rows);
  }

  verifyTrail(anchor?: TrailHead): TrailCheck {
    return verifyTrail(this.#rows, anchor);
  }

  #commit<Outcome>(work: (effects: Effects) => Outcome): Committed<Outcome> {
    const effects = noEffects();
    return { outcome: work(effects), effects };
  }
}
