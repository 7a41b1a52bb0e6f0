import type { Database, SqlInput, SqlRow, Statement } from '@volttron-ts/storage';

import type {
  CertificateOrderRow,
  CertificateRequestRow,
  CertificateRow,
  CertificateRows,
  NameConflictRow,
  RequestEventRow,
} from './certificate-rows.ts';

const CURRENT = 'superseded_by IS NULL AND removed_at IS NULL';

/** What of a row stays as it was put down; SQLite looks for children of every key that an UPDATE names. */
const requestKeys: readonly Exclude<keyof CertificateRequestRow, 'seq'>[] = [
  ...(['id', 'name', 'fingerprint', 'own', 'first_seen', 'supersedes'] as const),
];
const requestState: readonly Exclude<keyof CertificateRequestRow, 'seq'>[] = [
  ...([
    'csr',
    'address',
    'status',
    'attempts',
    'last_seen',
    'decided_by',
    'decided_from',
    'decided_at',
    'why',
  ] as const),
  ...(['superseded_by', 'removed_at', 'order_id', 'step', 'step_seq', 'problem'] as const),
];
const orderKeys: readonly (keyof CertificateOrderRow)[] = ['id', 'request_id', 'plugin', 'opened_at', 'private_key'];
const orderState: readonly (keyof CertificateOrderRow)[] = [
  ...(['order_meta', 'plugin_meta', 'status', 'sub_status', 'sub_status_message', 'call', 'call_number'] as const),
  ...(['exclusive', 'recovering', 'next_method', 'next_at', 'planned_at', 'modify_wanted', 'cancel_wanted'] as const),
  ...(['misses', 'lone_interruptions'] as const),
];
const certificateKeys: readonly (keyof CertificateRow)[] = [
  ...(['id', 'order_id', 'request_id', 'name', 'certificate', 'intermediates', 'private_key'] as const),
  ...(['serial_number', 'not_before', 'not_after'] as const),
];
const certificateState: readonly (keyof CertificateRow)[] = ['state', 'ended_at'];
const conflictColumns: readonly (keyof NameConflictRow)[] = [
  ...(['request_id', 'fingerprint', 'address', 'attempts', 'last_seen'] as const),
];
const eventColumns: readonly (keyof RequestEventRow)[] = [
  ...(['seq', 'at', 'request_id', 'name', 'action', 'from_state', 'to_state', 'by', 'from', 'why'] as const),
  ...(['detail', 'prev', 'hash'] as const),
];

/** Rows in the tables of migration 2. */
export class SqliteRows implements CertificateRows {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  request(id: string): CertificateRequestRow | undefined {
    return this.#read<CertificateRequestRow>('SELECT * FROM certificate_request WHERE id = ?').get(id);
  }

  current(name: string): CertificateRequestRow | undefined {
    return this.#read<CertificateRequestRow>(`SELECT * FROM certificate_request WHERE name = ? AND ${CURRENT}`).get(
      name,
    );
  }

  requests({ status, name }: { readonly status?: string; readonly name?: string }): CertificateRequestRow[] {
    return this.#read<CertificateRequestRow>(
      `SELECT * FROM certificate_request WHERE ${CURRENT} AND (:status IS NULL OR status = :status)
       AND (:name IS NULL OR name = :name) ORDER BY last_seen DESC, seq DESC`,
    ).all({ status: status ?? null, name: name ?? null });
  }

  waiting(address?: string): number {
    const pending = `SELECT count(*) AS n FROM certificate_request WHERE status = 'pending' AND ${CURRENT}`;
    const row =
      address === undefined
        ? this.#read<{ n: number }>(pending).get()
        : this.#read<{ n: number }>(`${pending} AND address = ?`).get(address);
    return row?.n ?? 0;
  }

  addRequest(row: Omit<CertificateRequestRow, 'seq'>): void {
    this.#insert('certificate_request', [...requestKeys, ...requestState], row);
    this.#noteStep(row.step_seq);
  }

  putRequest(row: CertificateRequestRow): void {
    this.#update('certificate_request', requestState, row);
    this.#noteStep(row.step_seq);
  }

  owing(): CertificateRequestRow[] {
    return this.#read<CertificateRequestRow>(
      'SELECT * FROM certificate_request WHERE step IS NOT NULL ORDER BY step_seq',
    ).all();
  }

  lastStep(): number {
    return this.#read<{ last: number }>('SELECT last FROM certificate_step').get()?.last ?? 0;
  }

  conflicts(requestId: string): NameConflictRow[] {
    return this.#read<NameConflictRow>(
      'SELECT * FROM name_conflict WHERE request_id = ? ORDER BY last_seen DESC, fingerprint',
    ).all(requestId);
  }

  putConflict(row: NameConflictRow): void {
    this.#insert('name_conflict', conflictColumns, row, 'OR REPLACE');
  }

  dropConflict(requestId: string, fingerprint: string): void {
    this.#read('DELETE FROM name_conflict WHERE request_id = ? AND fingerprint = ?').run(requestId, fingerprint);
  }

  order(id: string): CertificateOrderRow | undefined {
    return this.#read<CertificateOrderRow>('SELECT * FROM certificate_order WHERE id = ?').get(id);
  }

  openOrders(): CertificateOrderRow[] {
    return this.#read<CertificateOrderRow>(
      "SELECT * FROM certificate_order WHERE status = 'PENDING' ORDER BY seq",
    ).all();
  }

  addOrder(row: CertificateOrderRow): void {
    this.#insert('certificate_order', [...orderKeys, ...orderState], row);
  }

  putOrder(row: CertificateOrderRow): void {
    this.#update('certificate_order', orderState, row);
  }

  certificate(id: string): CertificateRow | undefined {
    return this.#read<CertificateRow>('SELECT * FROM certificate WHERE id = ?').get(id);
  }

  certificateOf(orderId: string): CertificateRow | undefined {
    return this.#read<CertificateRow>('SELECT * FROM certificate WHERE order_id = ?').get(orderId);
  }

  valid(name: string): CertificateRow[] {
    return this.#read<CertificateRow>("SELECT * FROM certificate WHERE name = ? AND state = 'valid' ORDER BY seq").all(
      name,
    );
  }

  addCertificate(row: CertificateRow): void {
    this.#insert('certificate', [...certificateKeys, ...certificateState], row);
  }

  putCertificate(row: CertificateRow): void {
    this.#update('certificate', certificateState, row);
  }

  lastEvent(): RequestEventRow | undefined {
    return this.#read<RequestEventRow>('SELECT * FROM request_event ORDER BY seq DESC LIMIT 1').get();
  }

  eventCount(): number {
    return this.#read<{ seq: number }>("SELECT seq FROM sqlite_sequence WHERE name = 'request_event'").get()?.seq ?? 0;
  }

  addEvent(row: RequestEventRow): void {
    this.#insert('request_event', eventColumns, row);
  }

  events(): Iterable<RequestEventRow> {
    return this.#read<RequestEventRow>('SELECT * FROM request_event ORDER BY seq').iterate();
  }

  #read<Row extends object = SqlRow>(sql: string): Statement<Row> {
    return this.#database.prepare<Row>(sql);
  }

  /** A number of its own: the highest that was ever given, so that none comes back when its row is overwritten. */
  #noteStep(step: number | null): void {
    if (step !== null) this.#read('UPDATE certificate_step SET last = ? WHERE last < ?').run(step, step);
  }

  #insert<Row extends object>(table: string, columns: readonly (keyof Row & string)[], row: Row, how = ''): void {
    const names = columns.map((column) => `"${column}"`).join(', ');
    const marks = columns.map(() => '?').join(', ');
    this.#read(`INSERT ${how} INTO ${table} (${names}) VALUES (${marks})`).run(...values(columns, row));
  }

  #update<Row extends { readonly id: string }>(
    table: string,
    columns: readonly (keyof Row & string)[],
    row: Row,
  ): void {
    const changes = columns.map((column) => `"${column}" = ?`).join(', ');
    this.#read(`UPDATE ${table} SET ${changes} WHERE id = ?`).run(...values(columns, row), row.id);
  }
}

function values<Row extends object>(columns: readonly (keyof Row & string)[], row: Row): SqlInput[] {
  return columns.map((column) => row[column] as SqlInput);
}
