import { certificateStatus } from '@volttron-ts/pki/plugin';
import type { OrderMethod } from '@volttron-ts/pki';

import { appendEvent } from './audit-trail.ts';
import type { CertificateOrderRow, CertificateRequestRow, CertificateRows } from './certificate-rows.ts';
import { owedStep, owe } from './grant-outbox.ts';
import { isUrgent, nextMethod } from './next-call.ts';
import type { CallOutcome, CallResult, CheckedCertificate, Effects, OpenedCall, SettledCall } from './order-command.ts';
import { pauseAfter, planNext } from './retry-plan.ts';

type Answered = Extract<CallOutcome, { kind: 'answered' }>;

/** So many interruptions of one order while nothing else ran make it the culprit. */
const LONE_INTERRUPTIONS = 3;
const MESSAGE_LENGTH = 4096;
const CHECK: OrderMethod = 'checkCertificateStatus';

export interface NewOrder {
  readonly id: string;
  readonly requestId: string;
  readonly plugin: string;
  readonly orderMeta: string;
  readonly privateKey: string | null;
  readonly at: number;
}

/** Opens an order together with its first call. */
export function openOrder(rows: CertificateRows, effects: Effects, order: NewOrder): void {
  const row: CertificateOrderRow = {
    ...{ id: order.id, request_id: order.requestId, plugin: order.plugin, opened_at: order.at },
    ...{ order_meta: order.orderMeta, plugin_meta: '{}', private_key: order.privateKey },
    ...{ status: 'PENDING', sub_status: null, sub_status_message: null },
    ...{ call: 'issueCertificateRequest', call_number: 1, exclusive: 0, recovering: 0 },
    ...{ next_method: null, next_at: null, planned_at: null, modify_wanted: 0, cancel_wanted: 0 },
    ...{ misses: 0, lone_interruptions: 0 },
  };
  rows.addOrder(row);
  effects.calls.push(opened(rows, row, 'issueCertificateRequest'));
}

/** Opens the next call of an order, unless one is open or none is to come. */
export function claimCall(rows: CertificateRows, effects: Effects, orderId: string): void {
  const order = rows.order(orderId);
  const method = order && nextMethod(order);
  if (order === undefined || method === undefined) return;
  const row: CertificateOrderRow = {
    ...order,
    ...{ call: method, call_number: order.call_number + 1, next_method: null, next_at: null, planned_at: null },
    modify_wanted:
      method === 'modifyCertificateRequest' || method === 'issueCertificateRequest' ? 0 : order.modify_wanted,
    cancel_wanted: method === 'cancelCertificateRequest' ? 0 : order.cancel_wanted,
  };
  rows.putOrder(row);
  effects.calls.push(opened(rows, row, method));
}

/** Keeps a plugin's data in the middle of a call. */
export function saveMeta(rows: CertificateRows, orderId: string, callNumber: number, pluginMeta: string): void {
  const order = openCall(rows, orderId, callNumber);
  if (order !== undefined) rows.putOrder({ ...order, plugin_meta: pluginMeta });
}

/** Asks for a call of its own: at once, or when the open one has come back. */
export function want(rows: CertificateRows, effects: Effects, orderId: string, what: 'modify' | 'cancel'): void {
  const order = rows.order(orderId);
  if (order?.status !== 'PENDING' || (what === 'cancel' && isCanceling(order))) return;
  const row: CertificateOrderRow = { ...order, ...(what === 'cancel' ? { cancel_wanted: 1 } : { modify_wanted: 1 }) };
  rows.putOrder(row);
  if (isUrgent(row)) claimCall(rows, effects, orderId);
}

/** Whether the plugin is being told, or is to be told (again), that the client no longer wants it. */
export function isCanceling(order: CertificateOrderRow): boolean {
  const cancel: OrderMethod = 'cancelCertificateRequest';
  return order.cancel_wanted === 1 || order.call === cancel || order.next_method === cancel;
}

/** After a start: what was under way when the process ended is looked into, the rest goes on waiting. */
export function recoverOrders(rows: CertificateRows, effects: Effects, at: number): void {
  for (const order of rows.openOrders()) {
    if (order.call === null) plan(effects, order, at);
    else {
      const row: CertificateOrderRow = { ...interrupted(order), ...{ next_at: at, planned_at: at } };
      rows.putOrder(row);
      plan(effects, row, at);
    }
  }
}

/** Keeps what became of a call; undefined when the result comes too late. */
export function settleCall(rows: CertificateRows, effects: Effects, result: CallResult): SettledCall | undefined {
  const order = openCall(rows, result.orderId, result.callNumber);
  if (order === undefined) return undefined;
  const { outcome } = result;
  if (outcome.kind === 'answered') answered(rows, effects, order, result, outcome);
  else if (outcome.kind === 'failed') {
    end(rows, effects, withMeta(order, outcome.pluginMeta), result, {
      ...{ status: 'ERROR', subStatus: certificateStatus.INVALID_OPERATION, message: outcome.message },
      request: 'failed',
    });
  } else missed(rows, effects, order, result, outcome);
  return settled(rows, order.request_id, order.id);
}

function settled(rows: CertificateRows, requestId: string, orderId: string): SettledCall | undefined {
  const [request, order] = [rows.request(requestId), rows.order(orderId)];
  if (request === undefined || order === undefined) return undefined;
  const { status } = request;
  return {
    ...{ requestId, isCurrent: isCurrent(request) },
    ended: status === 'issued' || status === 'canceled' || status === 'failed' ? status : undefined,
    unavailable: order.status === 'PENDING' && order.sub_status === certificateStatus.CA_UNAVAILABLE_FOR_REQUEST,
  };
}

function openCall(rows: CertificateRows, orderId: string, callNumber: number): CertificateOrderRow | undefined {
  const order = rows.order(orderId);
  return order?.call != null && order.call_number === callNumber ? order : undefined;
}

function opened(rows: CertificateRows, order: CertificateOrderRow, method: OrderMethod): OpenedCall {
  return {
    ...{ orderId: order.id, callNumber: order.call_number, plugin: order.plugin, method, openedAt: order.opened_at },
    fingerprint: rows.request(order.request_id)?.fingerprint ?? '',
    ...{ orderMeta: order.order_meta, pluginMeta: order.plugin_meta, exclusive: order.exclusive === 1 },
  };
}

/** A span, not a time of day: a wall clock that was set back cannot make it longer. */
function plan(effects: Effects, order: CertificateOrderRow, at: number): void {
  const due = order.next_at ?? at;
  const span = due - (order.planned_at ?? at);
  const left = isUrgent(order) ? 0 : Math.min(Math.max(due - at, 0), Math.max(span, 0));
  effects.planned.push({ orderId: order.id, delay: Math.ceil(left / 1000) });
}

function withMeta(order: CertificateOrderRow, pluginMeta: string | null): CertificateOrderRow {
  return pluginMeta === null ? order : { ...order, plugin_meta: pluginMeta };
}

function answered(
  rows: CertificateRows,
  effects: Effects,
  order: CertificateOrderRow,
  result: CallResult,
  outcome: Answered,
): void {
  const kept = { ...withMeta(order, outcome.pluginMeta), recovering: 0, exclusive: 0, lone_interruptions: 0 } as const;
  const { status, message } = outcome;
  if (status === certificateStatus.CERTIFICATE_GENERATED) {
    keepCertificate(rows, order, result, outcome.certificate);
    end(rows, effects, kept, result, { status: 'ACTIVE', subStatus: status, message, request: 'issued' });
  } else if (status === certificateStatus.REQUEST_CANCELED) {
    end(rows, effects, kept, result, { status: 'ACTIVE', subStatus: status, message, request: 'canceled' });
  } else if (status === certificateStatus.INVALID_OPERATION) {
    end(rows, effects, kept, result, { status: 'ERROR', subStatus: status, message, request: 'failed' });
  } else {
    const misses = status === certificateStatus.CA_UNAVAILABLE_FOR_REQUEST ? order.misses + 1 : 0;
    const { method, delay } = planNext(outcome, order.call ?? CHECK, misses, result.random);
    goOn(rows, effects, { ...kept, misses, next_method: method }, result, { subStatus: status, message, delay });
  }
}

function missed(
  rows: CertificateRows,
  effects: Effects,
  order: CertificateOrderRow,
  result: CallResult,
  outcome: Extract<CallOutcome, { kind: 'interrupted' | 'absent' }>,
): void {
  const ranAlone = order.exclusive === 1 && outcome.kind === 'interrupted';
  const alone = order.lone_interruptions + (ranAlone ? 1 : 0);
  if (alone >= LONE_INTERRUPTIONS) {
    const message = `The call was interrupted ${alone} times while nothing else ran, the last time: ${outcome.message}`;
    end(rows, effects, order, result, {
      ...{ status: 'ERROR', subStatus: certificateStatus.INVALID_OPERATION, message, request: 'failed' },
    });
    return;
  }
  const misses = order.misses + 1;
  const row = outcome.kind === 'absent' ? notCalled(order) : { ...interrupted(order), exclusive: 1 as const };
  goOn(rows, effects, { ...row, misses, lone_interruptions: alone }, result, {
    subStatus: certificateStatus.CA_UNAVAILABLE_FOR_REQUEST,
    message: outcome.message,
    delay: pauseAfter(misses, result.random),
  });
}

/** Nobody knows how far the call came; a wish of the client's stays one until an answer to it is kept. */
function interrupted(order: CertificateOrderRow): CertificateOrderRow {
  return {
    ...order,
    ...{ call: null, recovering: 1, next_method: CHECK },
    ...(order.call === 'cancelCertificateRequest' ? { cancel_wanted: 1 } : {}),
    ...(order.call === 'modifyCertificateRequest' ? { modify_wanted: 1 } : {}),
  };
}

/** The call did not begin: the same one is to be made, and what it was to find out is still unknown. */
function notCalled(order: CertificateOrderRow): CertificateOrderRow {
  return { ...order, call: null, next_method: order.call };
}

function goOn(
  rows: CertificateRows,
  effects: Effects,
  order: CertificateOrderRow,
  { at }: CallResult,
  to: { readonly subStatus: string; readonly message: string | null; readonly delay: number },
): void {
  const row: CertificateOrderRow = {
    ...order,
    ...{ call: null, sub_status: to.subStatus, sub_status_message: bounded(to.message) },
    ...{ next_at: at + to.delay * 1000, planned_at: at },
  };
  rows.putOrder(row);
  if (row.sub_status !== order.sub_status || row.sub_status_message !== order.sub_status_message) {
    record(rows, row, at, 'approved');
  }
  if (isUrgent(row)) claimCall(rows, effects, row.id);
  else plan(effects, row, at);
}

function end(
  rows: CertificateRows,
  effects: Effects,
  order: CertificateOrderRow,
  { at }: CallResult,
  to: {
    readonly status: 'ACTIVE' | 'ERROR';
    readonly subStatus: string;
    readonly message: string | null;
    readonly request: 'issued' | 'canceled' | 'failed';
  },
): void {
  const row: CertificateOrderRow = {
    ...order,
    ...{ status: to.status, sub_status: to.subStatus, sub_status_message: bounded(to.message) },
    ...{ call: null, next_method: null, next_at: null, planned_at: null, modify_wanted: 0, cancel_wanted: 0 },
    ...{ recovering: 0, exclusive: 0, misses: 0 },
  };
  rows.putOrder(row);
  const request = rows.request(order.request_id);
  if (request === undefined) return;
  record(rows, row, at, to.request);
  const ended: CertificateRequestRow = { ...request, status: to.request };
  const step = to.request === 'issued' && isCurrent(request) ? owe(rows, ended, 'grant') : ended;
  rows.putRequest(step);
  if (step.step === 'grant') effects.steps.push(owedStep(rows, step));
}

/** Of a request that was denied or removed meanwhile nothing may become valid. */
function keepCertificate(
  rows: CertificateRows,
  order: CertificateOrderRow,
  { containerId, at }: CallResult,
  checked: CheckedCertificate | undefined,
): void {
  const request = rows.request(order.request_id);
  if (checked === undefined || request === undefined) throw new Error(`order ${order.id} ended without certificate`);
  const current = isCurrent(request);
  for (const old of current ? rows.valid(request.name) : []) {
    rows.putCertificate({ ...old, state: 'superseded', ended_at: at });
  }
  rows.addCertificate({
    ...{ id: containerId, order_id: order.id, request_id: request.id, name: request.name },
    ...{ certificate: checked.certificate, intermediates: checked.intermediates, private_key: order.private_key },
    ...{ serial_number: checked.serialNumber, not_before: checked.notBefore, not_after: checked.notAfter },
    ...(current ? { state: 'valid', ended_at: null } : { state: 'revoked', ended_at: at }),
  });
}

function record(rows: CertificateRows, order: CertificateOrderRow, at: number, to: string): void {
  const request = rows.request(order.request_id);
  if (request === undefined) return;
  const certificate = rows.certificateOf(order.id);
  // To everybody who asks, a removed request is none, however its order ends.
  const [from, end] = request.removed_at === null ? [request.status, to] : ['unknown', 'unknown'];
  appendEvent(rows, {
    ...{ at, request_id: request.id, name: request.name, action: 'result', from_state: from, to_state: end },
    ...{ by: order.plugin, from: 'certificate plugin', why: order.sub_status_message },
    detail: {
      ...{ order: order.id, status: order.status, subStatus: order.sub_status ?? '' },
      ...(certificate === undefined ? {} : { serialNumber: certificate.serial_number, certificate: certificate.state }),
    },
  });
}

function isCurrent(request: CertificateRequestRow): boolean {
  return request.superseded_by === null && request.removed_at === null;
}

function bounded(message: string | null): string | null {
  return message === null ? null : message.slice(0, MESSAGE_LENGTH);
}
