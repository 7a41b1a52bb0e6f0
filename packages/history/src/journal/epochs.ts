import type { Database } from '@volttron-ts/storage';

/** One run of the journal, from its first record to the first of the next run. */
export interface Epoch {
  readonly name: string;
  /** The sequence before its first record, which is the last of the epoch before it. */
  readonly start: number;
}

/** The epochs of a journal. Sequences run through all of them, so that a sequence names its epoch. */
export class Epochs {
  readonly #database: Database;
  readonly #own: string;

  /** @param own the name that this run's epoch will have, new and random */
  constructor(database: Database, own: string) {
    this.#database = database;
    this.#own = own;
  }

  /** This run's epoch, begun after `last` if no record of this run was kept before. Needs a transaction. */
  begin(last: number): string {
    this.#database.prepare('INSERT OR IGNORE INTO epoch (start, name) VALUES (?, ?)').run(last, this.#own);
    return this.#own;
  }

  named(name: string): Epoch | undefined {
    return this.#database.prepare<{ start: number; name: string }>('SELECT * FROM epoch WHERE name = ?').get(name);
  }

  /** The epoch in which reading goes on after a sequence; the coming one in an empty journal. */
  after(seq: number): Epoch {
    const row = this.#database
      .prepare<{ start: number; name: string }>('SELECT * FROM epoch WHERE start <= ? ORDER BY start DESC LIMIT 1')
      .get(seq);
    return row ?? { name: this.#own, start: 0 };
  }

  /** What a span says of the epoch before this one. */
  before(epoch: Epoch): { epoch: string; last: number } | null {
    const row = this.#database
      .prepare<{ name: string }>('SELECT name FROM epoch WHERE start < ? ORDER BY start DESC LIMIT 1')
      .get(epoch.start);
    return row === undefined ? null : { epoch: row.name, last: epoch.start };
  }

  /** The last sequence of an epoch, given the last of the journal. */
  end(epoch: Epoch, last: number): number {
    const next = this.#database
      .prepare<{ start: number }>('SELECT start FROM epoch WHERE start > ? ORDER BY start LIMIT 1')
      .get(epoch.start);
    return next?.start ?? last;
  }
}
