import type { Limits } from '../enrolment-request.ts';
import { appendEvent } from './audit-trail.ts';
import type { RequestAnswer } from './certificate-enrolment.ts';
import type { CertificateRequestRow, CertificateRows } from './certificate-rows.ts';
import { openOrder } from './order-machine.ts';
import type { Effects } from './order-command.ts';
import type { OwnSubmission, RepeatedAttempts, Submission, SubmitOutcome, VerdictOutcome } from './request-command.ts';
import { toCertificateRequest } from './request-view.ts';

type NewRow = Omit<CertificateRequestRow, 'seq'>;

/** How many other keys are remembered for a name; those that asked longest ago are forgotten. */
const CONFLICTS = 16;

/** What is decided on by nobody in particular. */
const AUTOMATIC = 'automatic approval';

/** The answer for a key that is there already; undefined when it asks anew. Reads only. */
export function answerFor(
  rows: CertificateRows,
  { name, fingerprint, at }: Pick<Submission, 'name' | 'fingerprint' | 'at'>,
): RequestAnswer | undefined {
  const current = rows.current(name);
  if (current === undefined || mayAskAnew(rows, current, fingerprint, at)) return undefined;
  if (current.fingerprint !== fingerprint) return { kind: 'pending', id: current.id, conflict: true };
  return answerOf(rows, current);
}

/** Takes a request that is new; of one that is there it counts the attempt. */
export function submit(rows: CertificateRows, effects: Effects, limits: Limits, request: Submission): SubmitOutcome {
  const current = rows.current(request.name);
  if (current !== undefined && !mayAskAnew(rows, current, request.fingerprint, request.at)) {
    return { kind: 'answer', answer: repeated(rows, current, request) };
  }
  if (request.plugin === undefined && isFull(rows, limits, request.address)) {
    return { kind: 'too-many', address: request.address };
  }
  if (current !== undefined) rows.putRequest({ ...current, superseded_by: request.id });
  const row = newRow(request, current);
  rows.addRequest(row);
  appendEvent(rows, {
    ...{ at: request.at, request_id: row.id, name: row.name, action: row.status === 'approved' ? 'approve' : 'submit' },
    ...{ from_state: current?.status ?? 'unknown', to_state: row.status },
    ...{ by: row.decided_by ?? request.name, from: request.address, why: null },
    detail: { fingerprint: row.fingerprint, ...(current === undefined ? {} : { supersedes: current.id }) },
  });
  if (request.plugin !== undefined) {
    const { orderId: id, plugin, at } = request;
    const orderMeta = JSON.stringify({ csr: request.csr, profile: 'client' });
    openOrder(rows, effects, { id, requestId: row.id, plugin, orderMeta, privateKey: null, at });
  }
  return { kind: 'answer', answer: { kind: 'pending', id: row.id, conflict: false } };
}

/** Attempts that were only counted until now. */
export function countAttempts(rows: CertificateRows, all: readonly RepeatedAttempts[]): void {
  for (const { id, attempts, last, address } of all) {
    const row = rows.request(id);
    if (row === undefined) continue;
    const from = row.status === 'pending' ? address : row.address;
    const seen = Math.max(row.last_seen, last);
    rows.putRequest({ ...row, attempts: row.attempts + attempts, last_seen: seen, address: from });
  }
}

/** An order of this instance's own, approved by who makes it; one that is under way stays the only one. */
export function submitOwn(rows: CertificateRows, effects: Effects, order: OwnSubmission): VerdictOutcome {
  const current = rows.current(order.name);
  if (current?.own === 0) return { kind: 'taken', status: current.status };
  if (current?.status === 'approved') {
    return { kind: 'decided', request: toCertificateRequest(rows, current, order.at) };
  }
  if (current !== undefined) rows.putRequest({ ...current, superseded_by: order.id });
  const { id, name, by, from, at } = order;
  const why = order.why ?? null;
  const row: NewRow = {
    ...newRow({ ...order, address: from }, current),
    ...{ own: 1, decided_by: by, decided_from: from, why },
  };
  rows.addRequest(row);
  appendEvent(rows, {
    ...{ at, request_id: id, name, action: 'order', from_state: current?.status ?? 'unknown', to_state: 'approved' },
    ...{ by, from, why },
    detail: { fingerprint: row.fingerprint, ...(current === undefined ? {} : { supersedes: current.id }) },
  });
  const { plugin, orderMeta, privateKey } = order;
  openOrder(rows, effects, { id: order.orderId, requestId: id, plugin, orderMeta, privateKey, at });
  const made = rows.request(id);
  return made === undefined ? { kind: 'unknown' } : { kind: 'decided', request: toCertificateRequest(rows, made, at) };
}

function newRow(request: Submission, current: CertificateRequestRow | undefined): NewRow {
  const { id, name, fingerprint, csr, address, at, plugin, orderId, problem } = request;
  const approved = plugin !== undefined;
  return {
    ...{ id, name, fingerprint, csr, address, own: 0, status: approved ? 'approved' : 'pending' },
    ...{ attempts: 1, first_seen: at, last_seen: at, supersedes: current?.id ?? null },
    ...(approved
      ? { decided_by: AUTOMATIC, decided_from: address, decided_at: at, order_id: orderId }
      : { decided_by: null, decided_from: null, decided_at: null, order_id: null }),
    ...{ why: null, superseded_by: null, removed_at: null, step: null, step_seq: null, problem: problem ?? null },
  };
}

/** What failed or was canceled leaves its name free; an expired certificate is asked for anew by its own key only. */
function mayAskAnew(rows: CertificateRows, current: CertificateRequestRow, fingerprint: string, at: number): boolean {
  if (current.own === 1) return false;
  if (current.status === 'failed' || current.status === 'canceled') return true;
  if (current.status !== 'issued' || current.fingerprint !== fingerprint || current.order_id === null) return false;
  const certificate = rows.certificateOf(current.order_id);
  return certificate !== undefined && certificate.not_after < at;
}

function isFull(rows: CertificateRows, limits: Limits, address: string): boolean {
  return rows.waiting() >= limits.pending || rows.waiting(address) >= limits.perAddress;
}

function answerOf(rows: CertificateRows, { id, status, why, order_id: order }: CertificateRequestRow): RequestAnswer {
  if (status === 'denied') return { kind: 'denied', id, ...(why === null ? {} : { why }) };
  const issued = status === 'issued' && order !== null ? rows.certificateOf(order) : undefined;
  if (issued === undefined) return { kind: 'pending', id, conflict: false };
  return { kind: 'approved', id, certificate: issued.certificate, intermediates: issued.intermediates };
}

function repeated(rows: CertificateRows, current: CertificateRequestRow, request: Submission): RequestAnswer {
  const { fingerprint, address, at } = request;
  if (current.fingerprint === fingerprint) {
    countAttempts(rows, [{ id: current.id, attempts: 1, last: at, address }]);
    return answerOf(rows, current);
  }
  noteConflict(rows, current, request);
  return { kind: 'pending', id: current.id, conflict: true };
}

/** The trail tells of the first ones only: a flood of keys must not make it grow without end. */
function noteConflict(rows: CertificateRows, current: CertificateRequestRow, request: Submission): void {
  const { fingerprint, address, at } = request;
  const known = rows.conflicts(current.id);
  const before = known.find((one) => one.fingerprint === fingerprint);
  const oldest = known.at(-1);
  const isFirst = before === undefined && known.length < CONFLICTS;
  if (before === undefined && !isFirst && oldest !== undefined) rows.dropConflict(current.id, oldest.fingerprint);
  rows.putConflict({
    ...{ request_id: current.id, fingerprint, address },
    ...{ attempts: (before?.attempts ?? 0) + 1, last_seen: Math.max(at, before?.last_seen ?? at) },
  });
  if (!isFirst) return;
  appendEvent(rows, {
    ...{ at, request_id: current.id, name: current.name, action: 'conflict' },
    ...{ from_state: current.status, to_state: current.status, by: request.name, from: address, why: null },
    detail: { fingerprint },
  });
}
