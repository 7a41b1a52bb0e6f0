import type {
  CertificateOrderRow,
  CertificateRequestRow,
  CertificateRow,
  CertificateRows,
  NameConflictRow,
  RequestEventRow,
} from './certificate-rows.ts';

const isCurrent = (row: CertificateRequestRow): boolean => row.superseded_by === null && row.removed_at === null;

/** Rows in memory: for tests, and for what need not outlive its process. */
export class MemoryRows implements CertificateRows {
  readonly #requests = new Map<string, CertificateRequestRow>();
  readonly #current = new Map<string, string>();
  readonly #owing = new Set<string>();
  readonly #conflicts = new Map<string, Map<string, NameConflictRow>>();
  readonly #orders = new Map<string, CertificateOrderRow>();
  readonly #open = new Set<string>();
  readonly #certificates = new Map<string, CertificateRow>();
  readonly #ofOrder = new Map<string, string>();
  readonly #valid = new Map<string, Set<string>>();
  readonly #events: RequestEventRow[] = [];
  #seq = 0;
  #step = 0;

  request(id: string): CertificateRequestRow | undefined {
    return this.#requests.get(id);
  }

  current(name: string): CertificateRequestRow | undefined {
    const id = this.#current.get(name);
    return id === undefined ? undefined : this.#requests.get(id);
  }

  requests({ status, name }: { readonly status?: string; readonly name?: string }): CertificateRequestRow[] {
    return this.#allCurrent()
      .filter((row) => (status === undefined || row.status === status) && (name === undefined || row.name === name))
      .sort((a, b) => b.last_seen - a.last_seen || b.seq - a.seq);
  }

  waiting(address?: string): number {
    return this.#allCurrent().filter(
      (row) => row.status === 'pending' && (address === undefined || row.address === address),
    ).length;
  }

  addRequest(row: Omit<CertificateRequestRow, 'seq'>): void {
    this.putRequest({ ...row, seq: ++this.#seq });
  }

  putRequest(row: CertificateRequestRow): void {
    this.#requests.set(row.id, row);
    if (isCurrent(row)) this.#current.set(row.name, row.id);
    else if (this.#current.get(row.name) === row.id) this.#current.delete(row.name);
    if (row.step === null) this.#owing.delete(row.id);
    else this.#owing.add(row.id);
    this.#step = Math.max(this.#step, row.step_seq ?? 0);
  }

  owing(): CertificateRequestRow[] {
    return [...this.#owing]
      .flatMap((id) => this.#requests.get(id) ?? [])
      .sort((a, b) => (a.step_seq ?? 0) - (b.step_seq ?? 0));
  }

  lastStep(): number {
    return this.#step;
  }

  conflicts(requestId: string): NameConflictRow[] {
    return [...(this.#conflicts.get(requestId)?.values() ?? [])].sort(
      (a, b) => b.last_seen - a.last_seen || (a.fingerprint < b.fingerprint ? -1 : 1),
    );
  }

  putConflict(row: NameConflictRow): void {
    const rows = this.#conflicts.get(row.request_id) ?? new Map<string, NameConflictRow>();
    this.#conflicts.set(row.request_id, rows.set(row.fingerprint, row));
  }

  dropConflict(requestId: string, fingerprint: string): void {
    this.#conflicts.get(requestId)?.delete(fingerprint);
  }

  order(id: string): CertificateOrderRow | undefined {
    return this.#orders.get(id);
  }

  openOrders(): CertificateOrderRow[] {
    return [...this.#open].flatMap((id) => this.#orders.get(id) ?? []);
  }

  addOrder(row: CertificateOrderRow): void {
    this.putOrder(row);
  }

  putOrder(row: CertificateOrderRow): void {
    this.#orders.set(row.id, row);
    if (row.status === 'PENDING') this.#open.add(row.id);
    else this.#open.delete(row.id);
  }

  certificate(id: string): CertificateRow | undefined {
    return this.#certificates.get(id);
  }

  certificateOf(orderId: string): CertificateRow | undefined {
    const id = this.#ofOrder.get(orderId);
    return id === undefined ? undefined : this.#certificates.get(id);
  }

  valid(name: string): CertificateRow[] {
    return [...(this.#valid.get(name) ?? [])].flatMap((id) => this.#certificates.get(id) ?? []);
  }

  addCertificate(row: CertificateRow): void {
    this.putCertificate(row);
  }

  putCertificate(row: CertificateRow): void {
    this.#certificates.set(row.id, row);
    this.#ofOrder.set(row.order_id, row.id);
    const valid = this.#valid.get(row.name) ?? new Set<string>();
    if (row.state === 'valid') valid.add(row.id);
    else valid.delete(row.id);
    this.#valid.set(row.name, valid);
  }

  lastEvent(): RequestEventRow | undefined {
    return this.#events.at(-1);
  }

  eventCount(): number {
    return this.#events.length;
  }

  addEvent(row: RequestEventRow): void {
    this.#events.push(row);
  }

  events(): Iterable<RequestEventRow> {
    return this.#events;
  }

  #allCurrent(): CertificateRequestRow[] {
    return [...this.#current.values()].flatMap((id) => this.#requests.get(id) ?? []);
  }
}
