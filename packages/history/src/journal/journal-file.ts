import { randomBytes } from 'node:crypto';

import { openDatabase } from '@volttron-ts/storage';
import type { Database, Durability } from '@volttron-ts/storage';
import type { JournalAppendAnswer, JournalCommit, JournalReadRequest, JournalRecord } from '@volttron-ts/vip-core';

import { SameInstanceError } from '../errors.ts';
import { checkBatch } from './check-batch.ts';
import type { JournalBatch } from './check-batch.ts';
import { Cursors } from './cursors.ts';
import type { CursorStatus } from './cursors.ts';
import { Epochs } from './epochs.ts';
import { JournalReader } from './journal-reader.ts';
import { journalMigrations } from './journal-schema.ts';
import { PublisherMarks } from './publisher-marks.ts';
import type { PublisherMark } from './publisher-marks.ts';
import { readHead, RecordWriter } from './record-writer.ts';
import { Retention, retentionLimits } from './retention.ts';
import type { RetentionLimits } from './retention.ts';
import { SeenOrigins } from './seen-origins.ts';
import { StreamMarks } from './stream-marks.ts';
import type { GapEvent } from './stream-marks.ts';

export interface JournalFileOptions {
  readonly path: string;
  /** Name of this instance. */
  readonly instance: string;
  readonly durability?: Durability;
  readonly retention?: RetentionLimits;
  /** Wall clock, ms; for the age of acknowledged records and the time of gap events. */
  readonly now?: () => number;
  /** A new random name, 16 hexadecimal digits: the journal's own and that of each epoch. */
  readonly randomName?: () => string;
}

/** Where a journal stands. */
export interface JournalStatus {
  /** Random, as old as the file. */
  readonly id: string;
  readonly instance: string;
  /** The oldest sequence kept; 0 when none is. */
  readonly first: number;
  /** The last sequence given. */
  readonly last: number;
  /** Bytes of the records kept. */
  readonly bytes: number;
  readonly cursors: readonly CursorStatus[];
  /** The last hundred holes that sources could not fill, newest first. */
  readonly gaps: readonly GapEvent[];
}

const newName = (): string => randomBytes(8).toString('hex');

/**
 * A journal in its file. Everything is synchronous and what says so needs a transaction: the worker gives both. The
 * table rows are the only state, so that a transaction that failed leaves nothing behind.
 */
export class JournalFile {
  readonly database: Database;
  readonly instance: string;
  readonly publishers: PublisherMarks;
  readonly #epochs: Epochs;
  readonly #cursors: Cursors;
  readonly #reader: JournalReader;
  readonly #marks: StreamMarks;
  readonly #seen: SeenOrigins;
  readonly #retention: Retention;
  readonly #now: () => number;

  constructor(options: JournalFileOptions) {
    const { path, instance, durability = 'kill-safe', randomName = newName } = options;
    this.database = openDatabase(path, { migrations: journalMigrations, durability });
    this.database
      .prepare('INSERT INTO head SELECT ?, 0, 0, 0, 0 WHERE NOT EXISTS (SELECT 1 FROM head)')
      .run(randomName());
    this.instance = instance;
    this.publishers = new PublisherMarks(this.database);
    this.#epochs = new Epochs(this.database, randomName());
    this.#cursors = new Cursors(this.database, this.#epochs);
    this.#reader = new JournalReader(this.database, this.#epochs, this.#cursors, instance);
    this.#marks = new StreamMarks(this.database);
    this.#seen = new SeenOrigins(this.database);
    this.#retention = new Retention(this.database, this.#cursors, options.retention ?? retentionLimits);
    this.#now = options.now ?? Date.now;
  }

  /**
   * Keeps publications of this platform, leaving out numbers kept before; answers the indices of those that have to come
   * again. Needs a transaction; `publishers.refuse` has to hear of one that fails.
   */
  capture(publications: readonly JournalRecord[]): number[] {
    const writer = new RecordWriter(this.database, this.#epochs);
    const marks = this.publishers.work();
    const refused: number[] = [];
    for (const [index, publication] of publications.entries()) {
      const verdict = publication.n === 0 ? 'new' : marks.accept(publication);
      if (verdict === 'refused') refused.push(index);
      if (verdict !== 'new') continue;
      const { publisher, publisherEpoch, n, time, topic, body } = publication;
      writer.add({ publisher, publisherEpoch, n, time, path: '', topic, body });
    }
    marks.finish();
    writer.finish();
    return refused;
  }

  /**
   * Takes another journal's span, as design §4.5 says. Needs a transaction.
   *
   * @throws ProtocolError, SameInstanceError
   */
  append(user: string, batch: JournalBatch): JournalAppendAnswer {
    const { span } = batch;
    const records = checkBatch(batch);
    const { journal } = readHead(this.database);
    if (span.instance === this.instance && !span.stream.startsWith(journal)) throw new SameInstanceError(span.instance);
    const placement = this.#marks.place(user, span);
    if (placement.kind === 'gap') return placement;
    const writer = new RecordWriter(this.database, this.#epochs);
    for (const record of records) {
      const path = record.path === '' ? span.instance : `${record.path},${span.instance}`;
      if (record.seq <= placement.from || record.origin.journal === journal || this.#passedHere(path)) continue;
      if (this.#seen.take(record.origin)) writer.add({ ...record, path });
    }
    writer.finish();
    this.#marks.advance(user, span, placement, this.#now() * 1000);
    return { kind: 'through', through: placement.through };
  }

  hasCursor(name: string): boolean {
    return this.#cursors.find(name) !== undefined;
  }

  /** Needs a transaction. */
  createCursor(name: string): void {
    this.#cursors.create(name);
  }

  read(request: JournalReadRequest): JournalBatch {
    return this.#reader.read(request);
  }

  /** Needs a transaction. Throws UnknownCursorError, UnknownEpochError. */
  commit(commit: JournalCommit): void {
    this.#cursors.commit(commit);
  }

  /** Removes a bounded number of acknowledged records, and says whether there are more. Needs a transaction. */
  trim(): boolean {
    return this.#retention.trim(this.#now());
  }

  publisherMarks(): PublisherMark[] {
    return this.publishers.all();
  }

  cursors(): CursorStatus[] {
    return this.#cursors.list();
  }

  status(): JournalStatus {
    const { journal, last, total, trimmed, trimmedTotal } = readHead(this.database);
    return {
      id: journal,
      instance: this.instance,
      first: trimmed < last ? trimmed + 1 : 0,
      last,
      bytes: total - trimmedTotal,
      cursors: this.cursors(),
      gaps: this.#marks.gaps(),
    };
  }

  close(): void {
    this.database.close();
  }

  #passedHere(path: string): boolean {
    return path.split(',').includes(this.instance);
  }
}
