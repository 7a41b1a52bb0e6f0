import { copyFileSync } from 'node:fs';
import { join } from 'node:path';

import { encodeText, unpackRecords } from '@volttron-ts/vip-core';
import { describe, expect, it, onTestFinished } from 'vitest';

import type { JournalBatch } from '../src/index.ts';
import { JournalFile } from '../src/journal/journal-file.ts';
import type { RetentionLimits } from '../src/journal/retention.ts';
import { scratchFolder } from './scratch.ts';

const DAY = 24 * 3_600_000;
const RECORD_BYTES = 200;

async function journalWith(retention: RetentionLimits) {
  const path = join(await scratchFolder(), 'journal.sqlite');
  const clock = { now: 0 };
  const open = (): JournalFile => new JournalFile({ path, instance: 'A', retention, now: () => clock.now });
  return { path, clock, open, journal: opened(open()) };
}

function opened(journal: JournalFile): JournalFile {
  onTestFinished(() => {
    journal.close();
  });
  return journal;
}

function publish(journal: JournalFile, count: number): void {
  const origin = { journal: '', epoch: '', seq: 0 };
  const rest = { time: 0, origin, publisher: 'p', publisherEpoch: '', n: 0, path: '', topic: 'record/a' };
  const bare = { seq: 0, ...rest, body: new Uint8Array() };
  journal.database.transaction(() => {
    journal.capture(Array.from({ length: count }, () => ({ ...bare, body: encodeText('x'.repeat(RECORD_BYTES)) })));
  });
}

function read(journal: JournalFile, cursor: string, after?: { epoch: string; seq: number }): JournalBatch {
  journal.database.transaction(() => {
    journal.createCursor(cursor);
  });
  return journal.read({ cursor, prefixes: [], maxBytes: 10_000_000, waitMs: 0, ...(after && { after }) });
}

function commit(journal: JournalFile, cursor: string, through: number): void {
  const { epoch } = read(journal, cursor).span;
  journal.database.transaction(() => {
    journal.commit({ cursor, epoch, through });
  });
}

const trim = (journal: JournalFile): boolean => journal.database.transaction(() => journal.trim());

describe('retention', () => {
  it('keeps what is acknowledged for its time, counted from the acknowledgement', async () => {
    const { clock, journal } = await journalWith({ milliseconds: DAY, bytes: 1e9 });
    publish(journal, 3);
    commit(journal, 'c', 2);
    clock.now = 3 * DAY;
    trim(journal);
    expect(journal.status()).toMatchObject({ first: 1, last: 3 });
    clock.now = 4 * DAY - 1;
    trim(journal);
    expect(journal.status()).toMatchObject({ first: 1, last: 3 });
    clock.now = 4 * DAY;
    trim(journal);
    expect(journal.status()).toMatchObject({ first: 3, last: 3 });
  });

  it('never trims what one cursor waits for', async () => {
    const { clock, journal } = await journalWith({ milliseconds: 0, bytes: 0 });
    publish(journal, 4);
    commit(journal, 'fast', 4);
    commit(journal, 'slow', 1);
    for (clock.now = 0; clock.now < 3 * DAY; clock.now += DAY) trim(journal);
    expect(journal.status()).toMatchObject({
      first: 2,
      cursors: [
        { name: 'fast', committed: 4, waiting: 0 },
        { name: 'slow', committed: 1, waiting: 3 },
      ],
    });
  });

  it('keeps no more acknowledged bytes than its size', async () => {
    const { journal } = await journalWith({ milliseconds: DAY, bytes: 1000 });
    publish(journal, 50);
    commit(journal, 'c', 50);
    const size = journal.status().bytes / 50;
    trim(journal);
    const { first, last, bytes } = journal.status();
    expect(last - first + 1).toBe(Math.floor(1000 / size));
    expect(bytes).toBeLessThanOrEqual(1000);
  });

  it('trims in slices and says whether there is more', async () => {
    const { journal } = await journalWith({ milliseconds: DAY, bytes: 0 });
    publish(journal, 1200);
    expect([trim(journal), trim(journal), trim(journal), trim(journal)]).toEqual([true, true, false, false]);
    expect(journal.status()).toMatchObject({ first: 0, last: 1200, bytes: 0 });
  });

  it('tells a reader what is gone: trimmed, or before its cursor was made', async () => {
    const { journal, open } = await journalWith({ milliseconds: DAY, bytes: 0 });
    publish(journal, 3);
    trim(journal);
    publish(journal, 2);
    const first = read(journal, 'c');
    expect(first.span).toMatchObject({ after: 3, through: 5, gone: [1, 3, 'before the cursor'] });
    expect(unpackRecords(first.records).map(({ seq }) => seq)).toEqual([4, 5]);
    commit(journal, 'c', 5);
    trim(journal);
    const again = read(journal, 'c', { epoch: first.span.epoch, seq: 4 });
    expect(again.span).toMatchObject({ after: 5, through: 5, gone: [1, 5, 'trimmed'] });
    journal.close();
    const reopened = opened(open());
    publish(reopened, 1);
    expect(reopened.status()).toMatchObject({ first: 6, last: 6 });
  });
});

describe('a journal put back to a copy', () => {
  it('goes on in a new epoch, and takes a position beyond its own as the end', async () => {
    const { path, journal, open } = await journalWith({ milliseconds: DAY, bytes: 0 });
    publish(journal, 2);
    commit(journal, 'c', 1);
    journal.database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    copyFileSync(path, `${path}.copy`);
    publish(journal, 3);
    const { epoch } = read(journal, 'c').span;
    journal.close();
    copyFileSync(`${path}.copy`, path);

    const restored = opened(open());
    commit(restored, 'c', 5);
    expect(restored.cursors()).toEqual([{ name: 'c', committed: 2, waiting: 0 }]);
    publish(restored, 4);
    trim(restored);
    const { span } = read(restored, 'c', { epoch, seq: 5 });
    expect(span).toMatchObject({ prev: { epoch, last: 2 }, after: 2, through: 6 });
    expect(span.epoch).not.toBe(epoch);
    const unknown = read(restored, 'c', { epoch: 'never', seq: 5 });
    expect(unknown.span).toMatchObject({ after: 2, gone: [1, 2, 'trimmed'] });
  });
});
