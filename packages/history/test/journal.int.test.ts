import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';

import { encodeText, unpackRecords } from '@volttron-ts/vip-core';
import type { JournalReadRequest } from '@volttron-ts/vip-core';
import { describe, expect, it, vi } from 'vitest';

import { connectJournalTap } from '../src/index.ts';
import type { Journal, JournalBatch } from '../src/index.ts';
import { plain, reading } from './readings.ts';
import { everything, journalAt, keep, scratchFolder, tapOf } from './scratch.ts';

const topics = ({ records }: JournalBatch): string[] => unpackRecords(records).map(({ topic }) => topic);
const numbers = ({ records }: JournalBatch): number[] => unpackRecords(records).map(({ n }) => n);

const readAll = (journal: Journal, cursor = 'c', given: Partial<JournalReadRequest> = {}): Promise<JournalBatch> =>
  journal.read({ ...everything, cursor, ...given });

async function journalWithTap(instance = 'A') {
  const path = join(await scratchFolder(), 'journal.sqlite');
  const journal = await journalAt(path, instance);
  return { path, journal, tap: await tapOf(journal) };
}

describe('the tap', () => {
  it('captures the prefixes of Python historians and the configured ones', async () => {
    const { journal } = await journalWithTap();
    const tap = await connectJournalTap(journal.tapPort(), { prefixes: ['weather/'] });
    const captured = [
      'devices/a/all',
      'analysis/x',
      'record/y',
      'datalogger/z',
      'weather/now',
      'heartbeat/a',
      'weathers',
    ];
    expect(captured.filter((topic) => tap.captures(topic))).toEqual(captured.slice(0, 5));
    tap.close();
  });

  it('keeps the body byte for byte, with the verified user', async () => {
    const { journal, tap } = await journalWithTap();
    const body = '{"bus":"","headers":{},"message":1.0,"sender":"x"} ';
    expect(await keep(tap, plain('record/a', body))).toBe('new kept');
    const [record] = unpackRecords((await readAll(journal)).records);
    expect(record).toMatchObject({
      publisher: 'python',
      publisherEpoch: '',
      n: 0,
      path: '',
      topic: 'record/a',
      seq: 1,
    });
    expect(record!.body).toEqual(encodeText(body));
    expect(record!.origin).toMatchObject({ journal: journal.id, seq: 1 });
  });

  it('tells that it is kept only when it is committed, and knows a resent one from a new one', async () => {
    const { journal, tap } = await journalWithTap();
    const heard: string[] = [];
    const verdicts = [1, 2, 2, 1, 3].map((n) => tap.capture(reading(n), (outcome) => heard.push(`${n} ${outcome}`)));
    expect(verdicts).toEqual(['new', 'new', 'duplicate', 'duplicate', 'new']);
    expect(heard).toEqual([]);
    expect(await keep(tap, reading(3))).toBe('duplicate kept');
    expect(heard).toEqual(['1 kept', '1 kept', '2 kept', '2 kept', '3 kept']);
    expect(numbers(await readAll(journal))).toEqual([1, 2, 3]);
  });

  it('knows after a restart what was kept before', async () => {
    const { path, journal, tap } = await journalWithTap();
    await Promise.all([keep(tap, reading(1)), keep(tap, reading(2))]);
    await journal.close();
    const again = await journalAt(path);
    const tapAgain = await tapOf(again);
    expect(await keep(tapAgain, reading(2))).toBe('duplicate kept');
    expect(await keep(tapAgain, reading(3))).toBe('new kept');
    expect(again.id).toBe(journal.id);
  });

  it('leaves it to the journal when two taps took the same publication', async () => {
    const { journal, tap } = await journalWithTap();
    const other = await tapOf(journal);
    expect(await Promise.all([keep(tap, reading(1)), keep(other, reading(1))])).toEqual(['new kept', 'new kept']);
    expect(numbers(await readAll(journal))).toEqual([1]);
  });

  it('refuses what the journal cannot keep, and takes it when it comes again', async () => {
    const { path, journal, tap } = await journalWithTap();
    const long = { ...reading(1), topic: `devices/${'x'.repeat(70_000)}` };
    expect(await keep(tap, long)).toBe('refused refused');
    await keep(tap, reading(1));
    await journal.close();
    expect(await keep(tap, reading(2))).toBe('new refused');
    const again = await tapOf(await journalAt(path));
    expect(await keep(again, reading(2))).toBe('new kept');
  });

  it('keeps nothing behind a refused publication, whatever comes in which transaction', async () => {
    const { path, journal, tap } = await journalWithTap();
    using database = new DatabaseSync(path);
    database.exec(
      `CREATE TRIGGER refusing BEFORE INSERT ON record WHEN NEW.topic LIKE 'record/no%' BEGIN SELECT RAISE(FAIL, 'no'); END`,
    );
    const bad = reading(2, 'record/no');
    const first = [keep(tap, reading(1)), keep(tap, bad), keep(tap, reading(3))];
    const second = new Promise(setImmediate).then(() => keep(tap, reading(4)));
    // A block is refused whole; the next one is for what it follows.
    expect(await Promise.all([...first, second])).toEqual(Array.from({ length: 4 }, () => 'new refused'));
    expect(await Promise.all([keep(tap, reading(3)), keep(tap, reading(5))])).toEqual([
      'refused refused',
      'refused refused',
    ]);
    database.exec('DROP TRIGGER refusing');
    const all = [reading(1), bad, reading(3), reading(4), reading(5)];
    expect(await Promise.all(all.map((one) => keep(tap, one)))).toEqual(all.map(() => 'new kept'));
    expect(numbers(await readAll(journal))).toEqual([1, 2, 3, 4, 5]);
  });
});

describe('reading by a cursor', () => {
  it('waits for a first matching record and passes over the others', async () => {
    const { journal, tap } = await journalWithTap();
    const waiting = readAll(journal, 'c', { prefixes: ['record/'], waitMs: 60_000 });
    await keep(tap, reading(1));
    await keep(tap, reading(2));
    await keep(tap, plain('record/a', '{}'));
    const batch = await waiting;
    expect(topics(batch)).toEqual(['record/a']);
    expect(batch.span).toMatchObject({ after: 0, through: 3, prev: null, instance: 'A', stream: `${journal.id}/c` });
  });

  it('of a quiet prefix comes back with its place when the time is over', async () => {
    const { journal, tap } = await journalWithTap();
    await keep(tap, reading(1));
    const { span, records } = await readAll(journal, 'c', { prefixes: ['record/'], waitMs: 20 });
    expect(records).toHaveLength(0);
    expect(span).toMatchObject({ after: 0, through: 1 });
    await journal.commit({ cursor: 'c', epoch: span.epoch, through: 1 });
    expect(await journal.cursors()).toEqual([{ name: 'c', committed: 1, waiting: 0 }]);
  });

  it('runs ahead of the commit, in batches of a size', async () => {
    const { journal, tap } = await journalWithTap();
    await Promise.all([1, 2, 3].map((n) => keep(tap, reading(n))));
    const first = await readAll(journal, 'c', { maxBytes: 1 });
    const { epoch, through } = first.span;
    const second = await readAll(journal, 'c', { after: { epoch, seq: through } });
    expect([numbers(first), numbers(second)]).toEqual([[1], [2, 3]]);
    await journal.commit({ cursor: 'c', epoch, through: 2 });
    expect(await journal.cursors()).toEqual([{ name: 'c', committed: 2, waiting: 1 }]);
    expect(numbers(await readAll(journal))).toEqual([3]);
    await journal.commit({ cursor: 'c', epoch, through: 1 });
    expect(numbers(await readAll(journal))).toEqual([3]);
  });

  it('never mixes two epochs, and names the one before', async () => {
    const { path, journal, tap } = await journalWithTap();
    await keep(tap, reading(1));
    await journal.close();
    const idle = await journalAt(path);
    await idle.close();
    const again = await journalAt(path);
    await keep(await tapOf(again), reading(2));
    const first = await readAll(again);
    const { epoch } = first.span;
    const second = await readAll(again, 'c', { after: { epoch, seq: 1 } });
    expect([numbers(first), numbers(second)]).toEqual([[1], [2]]);
    expect(second.span).toMatchObject({ after: 1, through: 2, prev: { epoch, last: 1 } });
    expect(second.span.epoch).not.toBe(epoch);
  });

  it('ends when the journal closes', async () => {
    const { journal } = await journalWithTap();
    await readAll(journal);
    const waiting = readAll(journal, 'c', { waitMs: 60_000 });
    await journal.close();
    expect((await waiting).span).toMatchObject({ after: 0, through: 0 });
  });

  it('refuses a commit of a cursor or an epoch that it does not know', async () => {
    const { journal, tap } = await journalWithTap();
    await keep(tap, reading(1));
    await expect(journal.commit({ cursor: 'c', epoch: 'e', through: 1 })).rejects.toMatchObject({
      code: 'unknown-cursor',
      value: 'c',
    });
    await readAll(journal);
    await expect(journal.commit({ cursor: 'c', epoch: 'e', through: 1 })).rejects.toMatchObject({
      code: 'unknown-epoch',
    });
  });
});

describe('an append', () => {
  async function twoJournals() {
    const { journal: a, tap } = await journalWithTap('A');
    const { journal: b } = await journalWithTap('B');
    await Promise.all([1, 2, 3, 4].map((n) => keep(tap, reading(n))));
    const batches: JournalBatch[] = [];
    for (let seq = 0; seq < 4; seq++) {
      const after = batches.at(-1)?.span;
      const position = after === undefined ? {} : { after: { epoch: after.epoch, seq } };
      batches.push(await readAll(a, 'to-b', { maxBytes: 1, ...position }));
    }
    return { a, b, batches };
  }

  it('is taken once and in order; what comes too early is answered with what is missing', async () => {
    const { b, batches } = await twoJournals();
    const append = ({ span, records }: JournalBatch) => b.append('user-a', span, records);
    const { epoch } = batches[0]!.span;
    expect(await append(batches[1]!)).toEqual({ kind: 'gap', epoch, expected: 0 });
    expect(await append(batches[0]!)).toEqual({ kind: 'through', through: 1 });
    expect(await append(batches[0]!)).toEqual({ kind: 'through', through: 1 });
    expect(await append(batches[2]!)).toEqual({ kind: 'gap', epoch, expected: 1 });
    expect(await append(batches[1]!)).toEqual({ kind: 'through', through: 2 });
    expect(numbers(await readAll(b))).toEqual([1, 2]);
  });

  it('without records asks for the place, and leaves no trace', async () => {
    const { b, batches } = await twoJournals();
    const question = { ...batches[0]!.span, through: 0 };
    const none = new Uint8Array();
    expect(await b.append('user-a', question, none)).toEqual({ kind: 'through', through: 0 });
    await b.append('user-a', batches[0]!.span, batches[0]!.records);
    expect(await b.append('user-a', question, none)).toEqual({ kind: 'through', through: 1 });
    expect(await b.append('user-b', question, none)).toEqual({ kind: 'through', through: 0 });
  });

  it('that is malformed is refused with what is wrong, and nothing of it is taken', async () => {
    const { b, batches } = await twoJournals();
    const [{ span, records }] = batches as [JournalBatch];
    await expect(b.append('user-a', span, records.subarray(0, -1))).rejects.toMatchObject({ code: 'protocol' });
    await expect(b.append('user-a', { ...span, through: 0 }, records)).rejects.toMatchObject({ code: 'protocol' });
    expect(await b.status()).toMatchObject({ last: 0, first: 0, bytes: 0 });
  });

  it('from an instance of the same name is refused: its records would look like its own', async () => {
    const { b, batches } = await twoJournals();
    const [{ span, records }] = batches as [JournalBatch];
    await expect(b.append('user-a', { ...span, instance: 'B' }, records)).rejects.toMatchObject({
      code: 'same-instance',
      value: 'B',
    });
  });

  it('may come in a part of a larger buffer, which stays the caller’s', async () => {
    const { b, batches } = await twoJournals();
    const [{ span, records }] = batches as [JournalBatch];
    const pooled = Buffer.concat([records, Buffer.from('rest')]);
    expect(await b.append('user-a', span, pooled.subarray(0, records.length))).toEqual({ kind: 'through', through: 1 });
    expect(pooled.toString('latin1').endsWith('rest')).toBe(true);
  });

  it('does not bring a record home again', async () => {
    const { a, b, batches } = await twoJournals();
    for (const { span, records } of batches) await b.append('user-a', span, records);
    const back = await readAll(b, 'to-a');
    expect(await a.append('user-b', back.span, back.records)).toEqual({ kind: 'through', through: 4 });
    expect(await a.status()).toMatchObject({ last: 4 });
  });
});

describe('a journal', () => {
  it('holds after kill -9 what it said it keeps', async () => {
    const folder = await scratchFolder();
    const path = join(folder, 'journal.sqlite');
    const script = join(import.meta.dirname, 'walk', 'publisher-process.ts');
    const child = spawn(process.execPath, [...process.execArgv, script, path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let kept = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      kept = Math.max(kept, Number(line));
      if (kept >= 300) child.kill('SIGKILL');
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    expect(child.signalCode).toBe('SIGKILL');
    const held = numbers(await readAll(await journalAt(path)));
    expect(held.slice(0, kept)).toEqual(Array.from({ length: kept }, (_, index) => index + 1));
  });

  it('trims what is acknowledged when it is opened', async () => {
    const { path, journal, tap } = await journalWithTap();
    await keep(tap, reading(1));
    const { epoch } = (await readAll(journal)).span;
    await journal.commit({ cursor: 'c', epoch, through: 1 });
    await journal.close();
    const again = await journalAt(path, 'A', { retention: { milliseconds: 1e9, bytes: 0 } });
    await vi.waitFor(async () => {
      expect(await again.status()).toMatchObject({ first: 0, last: 1, bytes: 0 });
    });
  });

  it('that is no database is refused with the file and the way out', async () => {
    const path = import.meta.filename;
    await expect(journalAt(path)).rejects.toMatchObject({ code: 'database-unusable', value: path });
  });
});
