import { copyFileSync, existsSync, rmSync } from 'node:fs';

import { encodeText, unpackRecords } from '@volttron-ts/vip-core';
import type { JournalAppendAnswer, JournalRecord } from '@volttron-ts/vip-core';

import type { JournalBatch } from '../../src/index.ts';
import { JournalFile } from '../../src/journal/journal-file.ts';
import type { RetentionLimits } from '../../src/journal/retention.ts';
import { StoreFile } from '../../src/store/store-file.ts';
import type { Random } from './random.ts';

/** Something in a file that can be closed, copied and put back. */
abstract class FileEnd<File extends JournalFile | StoreFile> {
  readonly name: string;
  readonly path: string;
  /** Counts restarts, so that routes notice. */
  life = 0;
  #file: File | undefined;
  #hasCopy = false;

  constructor(name: string, folder: string) {
    this.name = name;
    this.path = `${folder}/${name}.sqlite`;
  }

  get file(): File {
    if (this.#file === undefined) {
      this.#file = this.open();
      // Nobody pulls the plug here, and thousands of fsyncs are most of the time.
      this.#file.database.exec('PRAGMA synchronous = OFF');
    }
    return this.#file;
  }

  protected abstract open(): File;
  /** The copy is of now, or the copy is put back. */
  protected abstract copied(): void;
  protected abstract restored(): void;

  transaction<T>(work: (file: File) => T): T {
    const { file } = this;
    return file.database.transaction(() => work(file));
  }

  restart(): void {
    this.#file?.close();
    this.#file = undefined;
    this.life++;
  }

  copy(): void {
    this.transaction(() => undefined);
    this.restart();
    copyFileSync(this.path, `${this.path}.copy`);
    this.#hasCopy = true;
    this.copied();
  }

  restore(): void {
    if (!this.#hasCopy) return;
    this.restart();
    for (const suffix of ['-wal', '-shm']) if (existsSync(this.path + suffix)) rmSync(this.path + suffix);
    copyFileSync(`${this.path}.copy`, this.path);
    this.restored();
  }
}

/** A platform's journal, and what was published there. */
export class JournalEnd extends FileEnd<JournalFile> {
  readonly #random: Random;
  readonly #retention: RetentionLimits | undefined;
  readonly published = new Map<number, string>();
  /** Publications that a restored copy never had. */
  readonly excused = new Set<number>();
  #publishedAtCopy = 0;
  #n = 0;

  constructor(name: string, folder: string, random: Random, retention?: RetentionLimits) {
    super(name, folder);
    this.#random = random;
    this.#retention = retention;
  }

  protected override open(): JournalFile {
    const retention = this.#retention === undefined ? {} : { retention: this.#retention };
    const randomName = (): string => this.#random.name();
    return new JournalFile({ path: this.path, instance: this.name, randomName, now: () => 0, ...retention });
  }

  publish(topic: string): void {
    this.published.set(++this.#n, topic);
    this.#capture(this.#n);
  }

  /** As a publisher does that had no answer, whether or not the journal was restarted since. */
  publishAgain(): void {
    const last = this.#n - this.#random.below(3);
    if (last > 0 && !this.excused.has(last)) this.#capture(last);
  }

  append(batch: JournalBatch): JournalAppendAnswer {
    return this.transaction((file) => file.append('user', batch));
  }

  /** Everything it holds, in order. */
  contents(): JournalRecord[] {
    const { file } = this;
    const records: JournalRecord[] = [];
    let after: { epoch: string; seq: number } | undefined;
    for (;;) {
      const position = after === undefined ? {} : { after };
      const batch = file.read({ cursor: 'check', prefixes: [], maxBytes: 1e6, waitMs: 0, ...position });
      if (batch.records.length === 0) return records;
      records.push(...unpackRecords(batch.records));
      after = { epoch: batch.span.epoch, seq: batch.span.through };
    }
  }

  protected override copied(): void {
    this.#publishedAtCopy = this.#n;
  }

  protected override restored(): void {
    for (let n = this.#publishedAtCopy + 1; n <= this.#n; n++) this.excused.add(n);
  }

  #capture(n: number): void {
    const origin = { journal: '', epoch: '', seq: 0 };
    const topic = this.published.get(n)!;
    const publisher = { publisher: `agent-of-${this.name}`, publisherEpoch: 'abcdefgh', n };
    const body = encodeText('{"bus":"","headers":{},"message":[{"x":1},{}]}');
    this.transaction((file) => {
      file.capture([{ seq: 0, time: n, origin, ...publisher, path: '', topic, body }]);
    });
  }
}

/** A historian's store. */
export class StoreEnd extends FileEnd<StoreFile> {
  protected override open(): StoreFile {
    return new StoreFile({ path: this.path, now: () => 0 });
  }

  append(batch: JournalBatch): JournalAppendAnswer {
    return this.transaction((file) => file.insert(batch).answer);
  }

  protected override copied(): void {
    // A store publishes nothing.
  }

  protected override restored(): void {
    // A store publishes nothing.
  }
}

/** Identifies a publication wherever it is. */
export const nameOf = (publisher: string, n: number): string => `${publisher}:${n}`;
