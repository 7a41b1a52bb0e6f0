import type { OrderMethod } from '@volttron-ts/pki';

import type { CertificateRequestStatus, CertificateState } from './certificate-enrolment.ts';

/** Times are µs since 1970, except where a name says otherwise. */
export interface CertificateRequestRow {
  readonly seq: number;
  readonly id: string;
  readonly name: string;
  readonly fingerprint: string;
  readonly csr: string;
  readonly address: string;
  /** 1: ordered by this instance itself. */
  readonly own: 0 | 1;
  readonly status: CertificateRequestStatus;
  readonly attempts: number;
  readonly first_seen: number;
  readonly last_seen: number;
  readonly decided_by: string | null;
  readonly decided_from: string | null;
  readonly decided_at: number | null;
  readonly why: string | null;
  readonly supersedes: string | null;
  readonly superseded_by: string | null;
  readonly removed_at: number | null;
  readonly order_id: string | null;
  /** What the decision still owes CertificateGrant. */
  readonly step: GrantStep | null;
  readonly step_seq: number | null;
  readonly problem: string | null;
}

export type GrantStep = 'grant' | 'withdraw' | 'forget';

export interface NameConflictRow {
  readonly request_id: string;
  readonly fingerprint: string;
  readonly address: string;
  readonly attempts: number;
  readonly last_seen: number;
}

export interface CertificateOrderRow {
  readonly id: string;
  readonly request_id: string;
  readonly plugin: string;
  readonly opened_at: number;
  /** JSON. */
  readonly order_meta: string;
  /** JSON. */
  readonly plugin_meta: string;
  /** PEM, when the key was made here. */
  readonly private_key: string | null;
  readonly status: 'PENDING' | 'ACTIVE' | 'ERROR';
  readonly sub_status: string | null;
  readonly sub_status_message: string | null;
  /** The method that the plugin was called with, from before the call until its result is kept. */
  readonly call: OrderMethod | null;
  /** Counts the calls; a result for an earlier one comes too late. */
  readonly call_number: number;
  /** 1: the call is one that runs alone. */
  readonly exclusive: 0 | 1;
  /** 1: the last call was interrupted, so that the next one finds out what became of it. */
  readonly recovering: 0 | 1;
  readonly next_method: OrderMethod | null;
  readonly next_at: number | null;
  /** When `next_at` was set: the two are a span, whatever the wall clock does afterwards. */
  readonly planned_at: number | null;
  readonly modify_wanted: 0 | 1;
  readonly cancel_wanted: 0 | 1;
  /** How often in a row the CA was away, or the call interrupted. */
  readonly misses: number;
  /** How often in a row this order's call was interrupted though it ran alone. */
  readonly lone_interruptions: number;
}

/** A container: what an order led to. */
export interface CertificateRow {
  readonly id: string;
  readonly order_id: string;
  readonly request_id: string;
  readonly name: string;
  readonly certificate: string;
  readonly intermediates: string;
  readonly private_key: string | null;
  readonly serial_number: string;
  readonly not_before: number;
  readonly not_after: number;
  /** `expired` is told from `not_after`. */
  readonly state: Exclude<CertificateState, 'expired'>;
  readonly ended_at: number | null;
}

/** A link of the audit trail. */
export interface RequestEventRow {
  /** 1, 2, 3, … */
  readonly seq: number;
  readonly at: number;
  readonly request_id: string;
  readonly name: string;
  readonly action: string;
  readonly from_state: string;
  readonly to_state: string;
  readonly by: string;
  readonly from: string;
  readonly why: string | null;
  /** JSON object. */
  readonly detail: string;
  /** Hash of the event before; of the first, 64 zeroes. */
  readonly prev: string;
  /** SHA-256, hexadecimal. */
  readonly hash: string;
}

/**
 * Where the state machine keeps its rows. Synchronous; a command's calls are one transaction. `put…` replaces the row with
 * the same key.
 */
export interface CertificateRows {
  request(id: string): CertificateRequestRow | undefined;
  /** The one request of a name that is neither superseded nor removed. */
  current(name: string): CertificateRequestRow | undefined;
  /** The current ones, the latest first. */
  requests(filter: { readonly status?: string; readonly name?: string }): CertificateRequestRow[];
  /** How many current ones are pending; of one address, or in all. */
  waiting(address?: string): number;
  addRequest(row: Omit<CertificateRequestRow, 'seq'>): void;
  putRequest(row: CertificateRequestRow): void;
  /** Those that owe a step, in the order of the decisions. */
  owing(): CertificateRequestRow[];
  lastStep(): number;

  /** The latest first. */
  conflicts(requestId: string): NameConflictRow[];
  putConflict(row: NameConflictRow): void;
  dropConflict(requestId: string, fingerprint: string): void;

  order(id: string): CertificateOrderRow | undefined;
  /** Those whose status is PENDING. */
  openOrders(): CertificateOrderRow[];
  addOrder(row: CertificateOrderRow): void;
  putOrder(row: CertificateOrderRow): void;

  certificate(id: string): CertificateRow | undefined;
  certificateOf(orderId: string): CertificateRow | undefined;
  /** Those of a name whose state is `valid`. */
  valid(name: string): CertificateRow[];
  addCertificate(row: CertificateRow): void;
  putCertificate(row: CertificateRow): void;

  lastEvent(): RequestEventRow | undefined;
  /** The highest `seq` there ever was, also when that row is gone. */
  eventCount(): number;
  addEvent(row: RequestEventRow): void;
  events(): Iterable<RequestEventRow>;
}
