import type { Database } from '@volttron-ts/storage';
import type { RecordOrigin } from '@volttron-ts/vip-core';

interface Interval {
  first: number;
  last: number;
}

/**
 * Which foreign records were taken, by any cursor and over any route. Kept as intervals for ever: a run of records costs
 * one row, and a record that comes by a second route weeks later is still recognised.
 */
export class SeenOrigins {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Takes an origin within a transaction; false when it was taken before. */
  take({ journal, epoch, seq }: RecordOrigin): boolean {
    const origin = this.#originId(journal, epoch);
    const below = this.#below(origin, seq);
    if (below !== undefined && seq <= below.last) return false;
    const joinsBelow = below?.last === seq - 1;
    const above = this.#at(origin, seq + 1);
    const first = joinsBelow ? below.first : seq;
    if (above !== undefined) this.#delete(origin, above.first);
    this.#put(origin, { first, last: above?.last ?? seq });
    return true;
  }

  #originId(journal: string, epoch: string): number {
    const find = this.#database.prepare<{ id: number }>('SELECT id FROM origin WHERE journal = ? AND epoch = ?');
    const known = find.get(journal, epoch);
    if (known !== undefined) return known.id;
    const insert = this.#database.prepare('INSERT INTO origin (journal, epoch) VALUES (?, ?)');
    return Number(insert.run(journal, epoch).lastInsertRowid);
  }

  #below(origin: number, seq: number): Interval | undefined {
    return this.#database
      .prepare<Interval>('SELECT first, last FROM seen WHERE origin = ? AND first <= ? ORDER BY first DESC LIMIT 1')
      .get(origin, seq);
  }

  #at(origin: number, first: number): Interval | undefined {
    return this.#database
      .prepare<Interval>('SELECT first, last FROM seen WHERE origin = ? AND first = ?')
      .get(origin, first);
  }

  #put(origin: number, { first, last }: Interval): void {
    this.#database
      .prepare(
        `INSERT INTO seen (origin, first, last) VALUES (?, ?, ?)
         ON CONFLICT (origin, first) DO UPDATE SET last = excluded.last`,
      )
      .run(origin, first, last);
  }

  #delete(origin: number, first: number): void {
    this.#database.prepare('DELETE FROM seen WHERE origin = ? AND first = ?').run(origin, first);
  }
}
