import type { Database } from '@volttron-ts/storage';
import type { JournalCommit } from '@volttron-ts/vip-core';

import { UnknownEpochError, UnknownCursorError } from '../errors.ts';
import type { Epochs } from './epochs.ts';
import { readHead } from './record-writer.ts';

/** A reader's place. */
export interface CursorStatus {
  readonly name: string;
  /** The last sequence it acknowledged; 0 before the first. */
  readonly committed: number;
  /** Records after it, those that its prefixes leave out included. */
  readonly waiting: number;
}

interface CursorRow {
  readonly name: string;
  /** What had been trimmed when it was made. */
  readonly start: number;
  readonly seq: number;
}

export class Cursors {
  readonly #database: Database;
  readonly #epochs: Epochs;

  constructor(database: Database, epochs: Epochs) {
    this.#database = database;
    this.#epochs = epochs;
  }

  find(name: string): CursorRow | undefined {
    return this.#database.prepare<CursorRow>('SELECT name, start, seq FROM cursor WHERE name = ?').get(name);
  }

  /** Needs a transaction. */
  create(name: string): void {
    this.#database.prepare('INSERT OR IGNORE INTO cursor (name, start, seq) SELECT ?, trimmed, 0 FROM head').run(name);
  }

  /**
   * Moves a cursor on, never back. A position beyond its epoch's end is that end: a destination may hold more of an
   * epoch than a journal that was restored from a copy. Needs a transaction.
   */
  commit({ cursor, epoch, through }: JournalCommit): void {
    if (this.find(cursor) === undefined) throw new UnknownCursorError(cursor);
    const known = this.#epochs.named(epoch);
    if (known === undefined) {
      if (through === 0) return;
      throw new UnknownEpochError(epoch);
    }
    const seq = Math.min(through, this.#epochs.end(known, readHead(this.#database).last));
    this.#database.prepare('UPDATE cursor SET seq = max(seq, ?) WHERE name = ?').run(seq, cursor);
  }

  list(): CursorStatus[] {
    const { last, trimmed } = readHead(this.#database);
    return this.#database
      .prepare<CursorRow>('SELECT name, start, seq FROM cursor ORDER BY name')
      .all()
      .map(({ name, seq }) => ({ name, committed: seq, waiting: last - Math.max(seq, trimmed) }));
  }

  /** What every cursor has acknowledged; everything when there is none. */
  acknowledged(): number {
    const { last } = readHead(this.#database);
    const row = this.#database.prepare<{ seq: number | null }>('SELECT min(seq) AS seq FROM cursor').get();
    return row?.seq ?? last;
  }
}
