import { randomUUID } from 'node:crypto';

import type { Database } from '@volttron-ts/storage';

import type { Attempt, Decision, EnrolmentRequest, Limits, RequestStatus, Step } from './enrolment-request.ts';
import { toRequest } from './request-row.ts';
import type { RequestRow } from './request-row.ts';

/** A decision to take; `at` in µs since 1970. */
export interface Verdict extends Decision {
  readonly id: string;
  readonly status: 'approved' | 'denied' | 'removed';
  readonly at: number;
}

/** What became of a verdict. */
export type Outcome =
  | { readonly kind: 'decided'; readonly request: EnrolmentRequest }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'superseded'; readonly by: string };

/** A step that a decision owes. */
export interface OwedStep {
  readonly id: string;
  readonly seq: number;
  readonly step: Step;
  readonly credential: string;
  readonly identity: string;
  readonly by: string;
  readonly from: string;
  readonly why: string | null;
}

/** Attempts that were on their way when a decision was taken are no new request: the longest a peer's retry takes. */
const GRACE_MICROSECONDS = 10_000_000;

const CURRENT = 'superseded_by IS NULL AND removed_at IS NULL';
const STEP_SEQ = '(SELECT COALESCE(MAX(step_seq), 0) + 1 FROM key_request)';

/** The table of requests. Synchronous; each method belongs into a transaction of its own. */
export class KeyRequests {
  readonly #database: Database;
  readonly #limits: Limits;

  constructor(database: Database, limits: Limits) {
    this.#database = database;
    this.#limits = limits;
  }

  record(attempts: readonly Attempt[]): void {
    for (const attempt of attempts) this.#record(attempt);
    this.#prune(
      `SELECT seq FROM key_request WHERE status = 'pending' AND ${CURRENT} ORDER BY last_seen DESC, seq DESC LIMIT -1 OFFSET ?`,
      [this.#limits.pending],
    );
  }

  /** The current requests, the latest attempt first. */
  list(status?: RequestStatus): EnrolmentRequest[] {
    return this.#database
      .prepare<RequestRow>(
        `SELECT * FROM key_request WHERE ${CURRENT} AND (:status IS NULL OR status = :status) ORDER BY last_seen DESC, seq DESC`,
      )
      .all({ status: status ?? null })
      .map(toRequest);
  }

  get(id: string): EnrolmentRequest | undefined {
    const row = this.#row(id);
    return row && toRequest(row);
  }

  decide(verdict: Verdict): Outcome {
    const row = this.#row(verdict.id);
    if (row?.removed_at !== null) return { kind: 'unknown' };
    if (row.superseded_by !== null) return { kind: 'superseded', by: row.superseded_by };
    const id = verdict.status === row.status ? row.id : this.#apply(row, verdict);
    const decided = this.get(id);
    return decided === undefined ? { kind: 'unknown' } : { kind: 'decided', request: decided };
  }

  /** What is owed to AccessGrant, in the order of the decisions. */
  owed(): OwedStep[] {
    return this.#database
      .prepare<RequestRow>('SELECT * FROM key_request WHERE step IS NOT NULL ORDER BY step_seq')
      .all()
      .flatMap(({ id, step, step_seq: seq, credential, identity, decided_by: by, decided_from: from, why }) =>
        step === null || seq === null
          ? []
          : [{ id, seq, step, credential, identity, by: by ?? '', from: from ?? '', why }],
      );
  }

  /** The step was done or, with a problem, has failed and stays owed. One that is no longer owed is none. */
  settle({ id, seq, problem }: { readonly id: string; readonly seq: number; readonly problem?: string }): void {
    this.#database
      .prepare(
        `UPDATE key_request SET problem = :problem, step = iif(:problem IS NULL, NULL, step)
         WHERE id = :id AND step_seq = :seq AND step IS NOT NULL`,
      )
      .run({ id, seq, problem: problem ?? null });
  }

  #row(id: string): RequestRow | undefined {
    return this.#database.prepare<RequestRow>('SELECT * FROM key_request WHERE id = ?').get(id);
  }

  #record(attempt: Attempt): void {
    const row = this.#database
      .prepare<RequestRow>(`SELECT * FROM key_request WHERE credential = ? AND identity = ? AND ${CURRENT}`)
      .get(attempt.credential, attempt.identity);
    if (row === undefined) {
      if (attempt.pending) this.#open(attempt, null);
    } else if (isAskedAnew(row, attempt)) {
      this.#supersede(row, (id) => {
        this.#open(attempt, row.id, id);
      });
    } else {
      this.#count(row, attempt);
    }
  }

  #count(row: RequestRow, { attempts, last, domain, address }: Attempt): void {
    const from = row.status === 'pending' ? { domain, address } : { domain: row.domain, address: row.address };
    this.#database
      .prepare(
        `UPDATE key_request SET attempts = attempts + :attempts, last_seen = max(last_seen, :last), domain = :domain,
         address = :address WHERE seq = :seq`,
      )
      .run({ seq: row.seq, attempts, last, ...from });
    if (row.status === 'pending') this.#pruneAddress(address);
  }

  #open(attempt: Attempt, supersedes: string | null, id: string = randomUUID()): void {
    const { credential, identity, domain, address, attempts, first, last } = attempt;
    this.#database
      .prepare(
        `INSERT INTO key_request (id, credential, identity, domain, address, status, attempts, first_seen, last_seen, supersedes)
         VALUES (:id, :credential, :identity, :domain, :address, 'pending', :attempts, :first, :last, :supersedes)`,
      )
      .run({ id, credential, identity, domain, address, attempts, first, last, supersedes });
    this.#pruneAddress(address);
  }

  #pruneAddress(address: string): void {
    this.#prune(
      `SELECT seq FROM key_request WHERE status = 'pending' AND ${CURRENT} AND address = ?
       ORDER BY last_seen DESC, seq DESC LIMIT -1 OFFSET ?`,
      [address, this.#limits.perAddress],
    );
  }

  #prune(select: string, parameters: readonly (string | number)[]): void {
    this.#database.prepare(`DELETE FROM key_request WHERE seq IN (${select})`).run(...parameters);
  }

  /** Ends a row's currency; `open` makes the row with the given id that takes its place. */
  #supersede(row: RequestRow, open: (id: string) => void): string {
    const id = randomUUID();
    this.#database.prepare('UPDATE key_request SET superseded_by = ? WHERE seq = ?').run(id, row.seq);
    open(id);
    return id;
  }

  /** Answers the id of the row that carries the verdict. */
  #apply(row: RequestRow, verdict: Verdict): string {
    if (verdict.status !== 'approved') this.#forgetGrants(row.credential);
    if (verdict.status === 'removed') return this.#remove(row, verdict);
    const id = this.#write(row, verdict, verdict.status === 'approved' ? 'grant' : 'withdraw');
    if (verdict.status === 'denied') {
      for (const other of this.#othersOf(row)) this.#write(other, verdict, null);
    }
    return id;
  }

  /** A grant that is still owed is moot once the credential is denied or forgotten, and must not hold that up. */
  #forgetGrants(credential: string): void {
    this.#database
      .prepare("UPDATE key_request SET step = NULL, problem = NULL WHERE credential = ? AND step = 'grant'")
      .run(credential);
  }

  /** Other names of the same credential, which is denied as a whole. */
  #othersOf(row: RequestRow): RequestRow[] {
    return this.#database
      .prepare<RequestRow>(
        `SELECT * FROM key_request WHERE credential = ? AND identity <> ? AND status <> 'denied' AND ${CURRENT}`,
      )
      .all(row.credential, row.identity);
  }

  #write(row: RequestRow, { status, by, from, why, at }: Verdict, step: Step | null): string {
    const id =
      row.status === 'pending'
        ? row.id
        : this.#supersede(row, (next) => {
            this.#copy(row, next);
          });
    this.#database
      .prepare(
        `UPDATE key_request SET status = :status, decided_by = :by, decided_from = :from, decided_at = :at, why = :why,
         step = :step, step_seq = iif(:step IS NULL, NULL, ${STEP_SEQ}) WHERE id = :id`,
      )
      .run({ id, status, by, from, at, why: why ?? null, step });
    return id;
  }

  #copy(row: RequestRow, id: string): void {
    this.#database
      .prepare(
        `INSERT INTO key_request (id, credential, identity, domain, address, status, attempts, first_seen, last_seen, supersedes)
         SELECT ?, credential, identity, domain, address, 'pending', attempts, first_seen, last_seen, id
         FROM key_request WHERE seq = ?`,
      )
      .run(id, row.seq);
  }

  /** A decided credential becomes unknown again, under all its names; a waiting one only leaves the list. */
  #remove(row: RequestRow, { by, from, at }: Verdict): string {
    const rows = row.status === 'pending' ? [row] : [row, ...this.#decidedOthers(row)];
    for (const { seq } of rows) {
      this.#database
        .prepare('UPDATE key_request SET removed_by = ?, removed_from = ?, removed_at = ? WHERE seq = ?')
        .run(by, from, at, seq);
    }
    if (row.status !== 'pending') {
      this.#database
        .prepare(`UPDATE key_request SET step = 'forget', step_seq = ${STEP_SEQ} WHERE seq = ?`)
        .run(row.seq);
    }
    return row.id;
  }

  #decidedOthers(row: RequestRow): RequestRow[] {
    return this.#database
      .prepare<RequestRow>(
        `SELECT * FROM key_request WHERE credential = ? AND identity <> ? AND status <> 'pending' AND ${CURRENT}`,
      )
      .all(row.credential, row.identity);
  }
}

/** Somebody took the access or the denial back by hand, and the credential asks again. */
function isAskedAnew(row: RequestRow, attempt: Attempt): boolean {
  if (row.status === 'pending' || !attempt.pending || row.step !== null) return false;
  return attempt.last > (row.decided_at ?? 0) + GRACE_MICROSECONDS;
}
