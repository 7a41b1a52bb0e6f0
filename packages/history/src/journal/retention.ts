import type { Database } from '@volttron-ts/storage';

import type { Cursors } from './cursors.ts';
import { readHead } from './record-writer.ts';

/** How long acknowledged records stay, so that a destination restored from a copy can be served again. */
export interface RetentionLimits {
  readonly milliseconds: number;
  readonly bytes: number;
}

export const retentionLimits: RetentionLimits = { milliseconds: 24 * 3_600_000, bytes: 256 * 1024 * 1024 };

/** Records removed in one transaction. */
const SLICE = 500;

/** Removes acknowledged records that are older than the limit or beyond the size; never one that a cursor waits for. */
export class Retention {
  readonly #database: Database;
  readonly #cursors: Cursors;
  readonly #limits: RetentionLimits;

  constructor(database: Database, cursors: Cursors, limits: RetentionLimits) {
    this.#database = database;
    this.#cursors = cursors;
    this.#limits = limits;
  }

  /** Trims one slice, within a transaction; true when there is more to trim at once. */
  trim(now: number): boolean {
    const acknowledged = this.#cursors.acknowledged();
    this.#note(now, acknowledged);
    const { trimmed } = readHead(this.#database);
    const old = this.#acknowledgedBy(now - this.#limits.milliseconds);
    const aged = this.#within(trimmed, old);
    const sized = this.#over(trimmed, acknowledged, this.#limits.bytes);
    const target = aged.seq > sized.seq ? aged : sized;
    if (target.seq <= trimmed) return false;
    this.#database.prepare('DELETE FROM record WHERE seq <= ?').run(target.seq);
    this.#database.prepare('UPDATE head SET trimmed = ?, trimmed_total = ?').run(target.seq, target.total);
    return target.seq - trimmed === SLICE;
  }

  /** One row a minute says what was acknowledged then, unless that is what the last one says. */
  #note(now: number, seq: number): void {
    const minute = Math.floor(now / 60_000) * 60_000;
    this.#database
      .prepare(
        `INSERT OR IGNORE INTO acknowledged (time, seq)
         SELECT ?1, ?2 WHERE ?2 > (SELECT ifnull(max(seq), 0) FROM acknowledged)`,
      )
      .run(minute, seq);
  }

  #acknowledgedBy(time: number): number {
    const row = this.#database
      .prepare<{ time: number; seq: number }>(
        'SELECT time, seq FROM acknowledged WHERE time <= ? ORDER BY time DESC LIMIT 1',
      )
      .get(time);
    if (row === undefined) return 0;
    this.#database.prepare('DELETE FROM acknowledged WHERE time < ?').run(row.time);
    return Math.min(row.seq, this.#cursors.acknowledged());
  }

  /** The last record of the next slice that is not after `limit`. */
  #within(trimmed: number, limit: number): { seq: number; total: number } {
    const row = this.#database
      .prepare<{ seq: number; total: number }>('SELECT seq, total FROM record WHERE seq <= ? ORDER BY seq DESC LIMIT 1')
      .get(Math.min(limit, trimmed + SLICE));
    return row ?? { seq: 0, total: 0 };
  }

  /** The last record of the next slice that the acknowledged part has beyond `bytes`. */
  #over(trimmed: number, acknowledged: number, bytes: number): { seq: number; total: number } {
    const end = this.#database.prepare<{ total: number }>('SELECT total FROM record WHERE seq = ?').get(acknowledged);
    const row = this.#database
      .prepare<{ seq: number; total: number }>(
        `SELECT seq, total FROM record WHERE seq <= ? AND total - length(packed) < ? ORDER BY seq DESC LIMIT 1`,
      )
      .get(Math.min(acknowledged, trimmed + SLICE), (end?.total ?? 0) - bytes);
    return row ?? { seq: 0, total: 0 };
  }
}
