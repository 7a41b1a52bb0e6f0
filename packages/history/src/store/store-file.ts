import { openDatabase } from '@volttron-ts/storage';
import type { Database, Durability } from '@volttron-ts/storage';
import { formatTimestamp } from '@volttron-ts/vip-core';
import type { JournalAppendAnswer, JournalRecord } from '@volttron-ts/vip-core';

import { checkBatch } from '../journal/check-batch.ts';
import type { JournalBatch } from '../journal/check-batch.ts';
import { StreamMarks } from '../journal/stream-marks.ts';
import type { GapEvent } from '../journal/stream-marks.ts';
import { capturedReadings } from './capture-rules.ts';
import { ProvenanceTable } from './provenance-table.ts';
import { storeMigrations } from './store-schema.ts';
import { TopicTable } from './topic-table.ts';

export interface StoreFileOptions {
  readonly path: string;
  readonly durability?: Durability;
  /** Wall clock, ms, for the time of gap events. */
  readonly now?: () => number;
}

/** What batches brought. */
export interface Taken {
  readonly records: number;
  readonly readings: number;
  /** Readings stored with the time of capture because their timestamp could not be read. */
  readonly untimed: number;
  /** Publications that could not be understood, and the last reason. */
  readonly unreadable: number;
  readonly problem: string | undefined;
}

/** What a store took since it was opened. */
export interface StoreStatus extends Taken {
  /** The last hundred holes in what came, newest first. */
  readonly gaps: readonly GapEvent[];
}

/** The store belongs to one platform: its streams need no user to tell them apart. */
const USER = '';

/** A history store in its file: Python's tables, and beside them marks and provenance. Everything is synchronous. */
export class StoreFile {
  readonly database: Database;
  readonly topics: TopicTable;
  readonly #marks: StreamMarks;
  readonly #provenance: ProvenanceTable;
  readonly #now: () => number;
  #total: Taken = nothing;

  constructor({ path, durability = 'kill-safe', now = Date.now }: StoreFileOptions) {
    this.database = openDatabase(path, { migrations: storeMigrations, durability });
    this.topics = new TopicTable(this.database);
    this.#marks = new StreamMarks(this.database);
    this.#provenance = new ProvenanceTable(this.database);
    this.#now = now;
    this.#vacuumAsPython();
  }

  /** Stores a span's readings by the rule of every destination (design §4.5). Needs a transaction. */
  insert(batch: JournalBatch): { answer: JournalAppendAnswer; taken: Taken } {
    const records = checkBatch(batch);
    const placement = this.#marks.place(USER, batch.span);
    if (placement.kind === 'gap') return { answer: placement, taken: nothing };
    const rows: DataRow[] = [];
    let taken = nothing;
    for (const record of records) {
      if (record.seq <= placement.from || this.#provenance.holds(record.origin)) continue;
      taken = sum(taken, this.#take(record, rows));
    }
    this.#write(rows);
    this.#marks.advance(USER, batch.span, placement, this.#now() * 1000);
    return { answer: { kind: 'through', through: placement.through }, taken };
  }

  /** Counts what an insert brought, once it is committed. */
  count(taken: Taken): void {
    this.#total = sum(this.#total, taken);
  }

  /** Where reading goes on after what is stored of a stream. */
  mark(stream: string): { epoch: string; seq: number } | undefined {
    const latest = this.#marks.latest(USER, stream);
    return latest && { epoch: latest.epoch, seq: latest.through };
  }

  status(): StoreStatus {
    return { ...this.#total, gaps: this.#marks.gaps() };
  }

  close(): void {
    this.database.close();
  }

  #take(record: JournalRecord, rows: DataRow[]): Taken {
    const { readings, untimed, problem } = capturedReadings(record);
    const points = new Map<string, Set<number>>();
    let [formatted, ts] = [Number.NaN, ''];
    for (const { topic, time, value, metadata } of readings) {
      const id = this.topics.upsert(topic, metadata);
      if (time !== formatted) [formatted, ts] = [time, formatTimestamp(time)];
      rows.push({ id, ts, value });
      points.set(ts, (points.get(ts) ?? new Set()).add(id));
    }
    this.#provenance.add(record, points, untimed);
    return {
      records: 1,
      readings: readings.length,
      untimed,
      unreadable: problem === undefined ? 0 : 1,
      problem: problem && `${record.topic}: ${problem}`,
    };
  }

  /** In the order of the index, so that neighbours are written together; the last of equal ones wins. */
  #write(rows: DataRow[]): void {
    rows.sort((a, b) => a.id - b.id || (a.ts < b.ts ? -1 : Number(a.ts > b.ts)));
    const upsert = this.database.prepare(
      `INSERT INTO data (ts, topic_id, value_string) VALUES (?, ?, ?)
       ON CONFLICT (topic_id, ts) DO UPDATE SET value_string = excluded.value_string`,
    );
    for (const { id, ts, value } of rows) upsert.run(ts, id, value);
  }

  /** Python rewrites the whole file when it finds another setting; an empty one costs nothing. */
  #vacuumAsPython(): void {
    const mode = this.database.prepare<{ auto_vacuum: number }>('PRAGMA auto_vacuum').get()?.auto_vacuum;
    const isEmpty = this.database.prepare('SELECT 1 FROM topics LIMIT 1').get() === undefined;
    if (mode !== 1 && isEmpty) this.database.exec('PRAGMA auto_vacuum = 1; VACUUM');
  }
}

interface DataRow {
  readonly id: number;
  readonly ts: string;
  readonly value: string;
}

const nothing: Taken = { records: 0, readings: 0, untimed: 0, unreadable: 0, problem: undefined };

const sum = (a: Taken, b: Taken): Taken => ({
  records: a.records + b.records,
  readings: a.readings + b.readings,
  untimed: a.untimed + b.untimed,
  unreadable: a.unreadable + b.unreadable,
  problem: b.problem ?? a.problem,
});
