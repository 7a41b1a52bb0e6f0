import { appendEvent } from './audit-trail.ts';
import type { CertificateOrderRow, CertificateRequestRow, CertificateRows } from './certificate-rows.ts';
import { forgetGrants, owe, owedStep } from './grant-outbox.ts';
import { isCanceling, openOrder, want } from './order-machine.ts';
import type { Effects } from './order-command.ts';
import type { Approval, Modification, RequestVerdict, VerdictOutcome } from './request-command.ts';
import { toCertificateRequest } from './request-view.ts';

type Found =
  | { readonly kind: 'row'; readonly row: CertificateRequestRow }
  | Extract<VerdictOutcome, { kind: 'unknown' | 'superseded' }>;

/** What a plugin is to be asked before a request is approved. */
export interface Approvable {
  readonly id: string;
  readonly name: string;
  readonly fingerprint: string;
  readonly status: CertificateRequestRow['status'];
  /** JSON. */
  readonly orderMeta: string;
}

/** By id, or the current one of a name. */
export function findRequest(rows: CertificateRows, idOrName: string): Found {
  const row = rows.request(idOrName) ?? rows.current(idOrName);
  if (row?.removed_at !== null) return { kind: 'unknown' };
  return row.superseded_by === null ? { kind: 'row', row } : { kind: 'superseded', by: row.superseded_by };
}

export function approvable(rows: CertificateRows, row: CertificateRequestRow): Approvable {
  const { id, name, fingerprint, status } = row;
  return { id, name, fingerprint, status, orderMeta: orderMetaOf(rows, row) };
}

/** Opens the order; of a request that was denied, failed or canceled, that of a superseding one. */
export function approve(rows: CertificateRows, effects: Effects, verdict: Approval): VerdictOutcome {
  return onRow(rows, verdict, (row) => {
    if (row.status === 'approved' || row.status === 'issued') return row.id;
    const { orderId, plugin, at } = verdict;
    const privateKey = lastOrder(rows, row)?.private_key ?? null;
    const orderMeta = orderMetaOf(rows, row);
    const decided = decide(rows, row, verdict, { status: 'approved', order_id: orderId });
    record(rows, decided, verdict, 'approve', row);
    openOrder(rows, effects, { id: orderId, requestId: decided.id, plugin, orderMeta, privateKey, at });
    return decided.id;
  });
}

/** Refuses it for good; what was given is revoked, what is under way is canceled. */
export function deny(rows: CertificateRows, effects: Effects, verdict: RequestVerdict): VerdictOutcome {
  return onRow(rows, verdict, (row) => {
    if (row.status === 'denied') return row.id;
    forgetGrants(rows, row.name);
    const fresh = rows.request(row.id) ?? row;
    const decided = decide(rows, fresh, verdict, { status: 'denied', order_id: null });
    const revoked = takeBack(rows, effects, fresh, verdict.at);
    record(rows, decided, verdict, 'deny', row, revoked);
    oweNow(rows, effects, decided, 'withdraw');
    return decided.id;
  });
}

/** Makes the name unknown again. */
export function remove(rows: CertificateRows, effects: Effects, verdict: RequestVerdict): VerdictOutcome {
  const found = findRequest(rows, verdict.idOrName);
  if (found.kind !== 'row') return found;
  forgetGrants(rows, found.row.name);
  const row = rows.request(found.row.id) ?? found.row;
  const { by, from, why, at } = verdict;
  const gone = { ...row, removed_at: at };
  rows.putRequest(gone);
  const revoked = takeBack(rows, effects, row, at);
  record(rows, row, verdict, 'remove', row, revoked, 'unknown');
  if (row.status !== 'pending') {
    oweNow(rows, effects, { ...gone, decided_by: by, decided_from: from, decided_at: at, why: why ?? null }, 'forget');
  }
  return { kind: 'decided', request: toCertificateRequest(rows, gone, at) };
}

/** The client's own word: ends what waits, and tells the plugin of what is under way. */
export function cancel(rows: CertificateRows, effects: Effects, verdict: RequestVerdict): VerdictOutcome {
  return onRow(rows, verdict, (row) => {
    if (row.status === 'pending') {
      rows.putRequest({ ...row, status: 'canceled' });
      record(rows, { ...row, status: 'canceled' }, verdict, 'cancel', row);
    } else if (row.status === 'approved' && row.order_id !== null) {
      const order = rows.order(row.order_id);
      if (order === undefined || isCanceling(order)) return row.id;
      record(rows, row, verdict, 'cancel', row);
      want(rows, effects, row.order_id, 'cancel');
    }
    return row.id;
  });
}

/** Changes what is ordered, and tells the plugin. */
export function modify(rows: CertificateRows, effects: Effects, verdict: Modification): VerdictOutcome {
  const found = findRequest(rows, verdict.idOrName);
  if (found.kind !== 'row') return found;
  const { row } = found;
  const order = row.order_id === null ? undefined : rows.order(row.order_id);
  if (order?.status !== 'PENDING' || isCanceling(order)) return { kind: 'final', status: row.status };
  const merged = { ...parseObject(order.order_meta), ...parseObject(verdict.orderMeta) };
  rows.putOrder({ ...order, order_meta: JSON.stringify(merged) });
  if (typeof merged['csr'] === 'string') rows.putRequest({ ...row, csr: merged['csr'] });
  record(rows, row, verdict, 'modify', row);
  want(rows, effects, order.id, 'modify');
  return onRow(rows, verdict, () => row.id);
}

function onRow(
  rows: CertificateRows,
  { idOrName, at }: RequestVerdict,
  act: (row: CertificateRequestRow) => string,
): VerdictOutcome {
  const found = findRequest(rows, idOrName);
  if (found.kind !== 'row') return found;
  const row = rows.request(act(found.row));
  return row === undefined ? { kind: 'unknown' } : { kind: 'decided', request: toCertificateRequest(rows, row, at) };
}

/** A waiting request takes the decision itself; one that is decided is superseded. */
function decide(
  rows: CertificateRows,
  row: CertificateRequestRow,
  { id, by, from, why, at }: RequestVerdict,
  change: Pick<CertificateRequestRow, 'status' | 'order_id'>,
): CertificateRequestRow {
  const decision = { ...change, decided_by: by, decided_from: from, decided_at: at, why: why ?? null, problem: null };
  if (row.status === 'pending') {
    const decided = { ...row, ...decision };
    rows.putRequest(decided);
    return decided;
  }
  rows.putRequest({ ...row, superseded_by: id });
  const next = { ...row, ...decision, id, supersedes: row.id, step: null, step_seq: null };
  rows.addRequest(next);
  return rows.request(id) ?? next;
}

/** Cancels the order and revokes the certificate; answers the serial numbers. */
function takeBack(rows: CertificateRows, effects: Effects, row: CertificateRequestRow, at: number): string[] {
  if (row.order_id !== null) want(rows, effects, row.order_id, 'cancel');
  return rows.valid(row.name).map((certificate) => {
    rows.putCertificate({ ...certificate, state: 'revoked', ended_at: at });
    return certificate.serial_number;
  });
}

function oweNow(
  rows: CertificateRows,
  effects: Effects,
  row: CertificateRequestRow,
  step: 'withdraw' | 'forget',
): void {
  const owing = owe(rows, row, step);
  rows.putRequest(owing);
  effects.steps.push(owedStep(rows, owing));
}

function record(
  rows: CertificateRows,
  row: CertificateRequestRow,
  { by, from, why, at }: RequestVerdict,
  action: string,
  before: CertificateRequestRow,
  revoked: readonly string[] = [],
  to: string = row.status,
): void {
  appendEvent(rows, {
    ...{
      at,
      request_id: row.id,
      name: row.name,
      action,
      from_state: before.status,
      to_state: to,
      by,
      from,
      why: why ?? null,
    },
    detail: {
      ...(row.id === before.id ? {} : { supersedes: before.id }),
      ...(revoked.length === 0 ? {} : { revoked: revoked.join(' ') }),
    },
  });
}

/** An order that failed is tried again with what was wanted then. */
function orderMetaOf(rows: CertificateRows, row: CertificateRequestRow): string {
  const before = lastOrder(rows, row);
  return before?.order_meta ?? JSON.stringify({ csr: row.csr, profile: 'client' });
}

/** Of the request, or of those whose decision it replaced, as long as they were about the same key. */
function lastOrder(rows: CertificateRows, row: CertificateRequestRow): CertificateOrderRow | undefined {
  let at: CertificateRequestRow | undefined = row;
  while (at?.fingerprint === row.fingerprint) {
    if (at.order_id !== null) return rows.order(at.order_id);
    at = at.supersedes === null ? undefined : rows.request(at.supersedes);
  }
  return undefined;
}

function parseObject(json: string): Record<string, unknown> {
  return JSON.parse(json) as Record<string, unknown>;
}
