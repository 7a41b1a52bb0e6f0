import type { Database } from '@volttron-ts/storage';
import { packRecords } from '@volttron-ts/vip-core';
import type { JournalRecord } from '@volttron-ts/vip-core';

import type { Epochs } from './epochs.ts';

/** The one row that says where a journal stands. */
export interface Head {
  readonly journal: string;
  /** The last sequence given. */
  readonly last: number;
  /** Bytes of all records up to it. */
  readonly total: number;
  /** The last sequence trimmed, and the bytes up to it. */
  readonly trimmed: number;
  readonly trimmedTotal: number;
}

export function readHead(database: Database): Head {
  const head = database
    .prepare<Head>('SELECT journal, last, total, trimmed, trimmed_total AS trimmedTotal FROM head')
    .get();
  if (head === undefined) throw new Error(`The journal "${database.path}" has no head.`);
  return head;
}

/** A record that is to be given its place; without an origin it begins here. */
export type NewRecord = Omit<JournalRecord, 'seq' | 'origin'> & Partial<Pick<JournalRecord, 'origin'>>;

/** Adds records within one transaction; `finish` writes where the journal stands then. */
export class RecordWriter {
  readonly #database: Database;
  readonly #epochs: Epochs;
  readonly #journal: string;
  readonly #before: number;
  #last: number;
  #total: number;
  #epoch = '';

  constructor(database: Database, epochs: Epochs) {
    this.#database = database;
    this.#epochs = epochs;
    const { journal, last, total } = readHead(database);
    this.#journal = journal;
    this.#before = last;
    this.#last = last;
    this.#total = total;
  }

  add(record: NewRecord): void {
    if (this.#epoch === '') this.#epoch = this.#epochs.begin(this.#last);
    const seq = ++this.#last;
    const origin = record.origin ?? { journal: this.#journal, epoch: this.#epoch, seq };
    const packed = packRecords([{ ...record, seq, origin }]);
    this.#total += packed.length;
    this.#database
      .prepare('INSERT INTO record (seq, topic, total, packed) VALUES (?, ?, ?, ?)')
      .run(seq, record.topic, this.#total, packed);
  }

  finish(): void {
    if (this.#last > this.#before) {
      this.#database.prepare('UPDATE head SET last = ?, total = ?').run(this.#last, this.#total);
    }
  }
}
