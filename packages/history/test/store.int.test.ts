import { join } from 'node:path';

import { openDatabase } from '@volttron-ts/storage';
import { encodeText, packRecords } from '@volttron-ts/vip-core';
import type { JournalRecord } from '@volttron-ts/vip-core';
import { describe, expect, it } from 'vitest';

import { missingPublications, readProvenance } from '../src/index.ts';
import type { HistoryStore, JournalBatch } from '../src/index.ts';
import { scratchFolder, storeAt } from './scratch.ts';

interface Published {
  readonly topic: string;
  /** JSON text. */
  readonly message: string;
  /** Second within 2026-01-01T00:00. */
  readonly second?: number;
  readonly n?: number;
}

const stamp = (second: number): string => `2026-01-01T00:00:${String(second).padStart(2, '0')}.000000+00:00`;

/** A batch of records `after` + 1, `after` + 2, … of one epoch. */
function batchOf(after: number, published: readonly Published[], epoch = 'e1'): JournalBatch {
  const records = published.map(({ topic, message, second = 0, n = 0 }, index): JournalRecord => {
    const headers = JSON.stringify({ TimeStamp: stamp(second), Date: stamp(second) });
    const seq = after + index + 1;
    return {
      ...{ seq, time: 1_700_000_000_000_000, origin: { journal: 'j', epoch, seq }, publisher: 'driver' },
      ...{ publisherEpoch: n > 0 ? 'abcdefgh' : '', n, path: '', topic },
      body: encodeText(`{"bus":"","headers":${headers},"message":${message}}`),
    };
  });
  const span = { stream: 'j/historian', epoch, prev: null, after, through: after + records.length } as const;
  return { span: { ...span, encoding: 'packed', instance: 'A' }, records: packRecords(records) };
}

async function emptyStore() {
  const path = join(await scratchFolder(), 'historian.sqlite');
  return { path, store: await storeAt(path) };
}

/** Points T = 0, 1, … of one device, one a second, from `first` on. */
const temperatures = (count: number, device = 'a'): Published[] =>
  Array.from({ length: count }, (_, second) => ({
    ...{ topic: `devices/${device}/all`, message: `[{"T":${second}.0},{"T":{"units":"F"}}]`, second, n: second + 1 },
  }));

function tableOf(path: string, sql: string): unknown[] {
  using database = openDatabase(path, {
    durability: 'kill-safe',
    readOnly: true,
    migrations: [{ version: 1, up: '' }],
  });
  return database
    .prepare(sql)
    .all()
    .map((row) => ({ ...row }));
}

describe('a store', () => {
  it("writes the Python historian's rows", async () => {
    const { path, store } = await emptyStore();
    await store.insert(batchOf(0, [...temperatures(1), { topic: 'record/r', message: '{"x": NaN}', second: 7 }]));
    expect(tableOf(path, 'SELECT * FROM data ORDER BY topic_id')).toEqual([
      { ts: '2026-01-01T00:00:00.000000+00:00', topic_id: 1, value_string: '0.0' },
      { ts: '2026-01-01T00:00:07.000000+00:00', topic_id: 2, value_string: '{"x": NaN}' },
    ]);
    expect(tableOf(path, 'SELECT * FROM topics')).toEqual([
      { topic_id: 1, topic_name: 'a/T', metadata: '{"units":"F"}' },
      { topic_id: 2, topic_name: 'record/r', metadata: '{}' },
    ]);
    expect(
      tableOf(path, "SELECT name FROM pragma_table_info('data')").concat(tableOf(path, 'PRAGMA auto_vacuum')),
    ).toEqual([{ name: 'ts' }, { name: 'topic_id' }, { name: 'value_string' }, { auto_vacuum: 1 }]);
  });

  it('stores a batch once, however often and in whatever pieces it comes', async () => {
    const { path, store } = await emptyStore();
    const published = temperatures(6);
    expect(await store.insert(batchOf(0, published.slice(0, 3)))).toEqual({ kind: 'through', through: 3 });
    expect(await store.insert(batchOf(4, published.slice(4)))).toEqual({ kind: 'gap', epoch: 'e1', expected: 3 });
    expect(await store.insert(batchOf(1, published.slice(1)))).toEqual({ kind: 'through', through: 6 });
    expect(await store.mark('j/historian')).toEqual({ epoch: 'e1', seq: 6 });
    expect(await store.mark('other')).toBeUndefined();
    expect(readProvenance(path)).toMatchObject({ records: 6, readings: 6, rows: 6, repeated: 0, missing: 0 });
    expect(await store.status()).toMatchObject({ records: 6, readings: 6, untimed: 0, unreadable: 0, gaps: [] });
  });

  it('goes on with what it cannot understand, and counts it', async () => {
    const { path, store } = await emptyStore();
    const bad = batchOf(0, [
      { topic: 'devices/a/all', message: 'rubbish', n: 1 },
      { topic: 'devices/a/T', message: '3', n: 2 },
    ]);
    await store.insert(bad);
    const late = { topic: 'datalogger/l', message: '{"P":{"Readings":["when?",4],"Units":"x"}}', n: 3 };
    await store.insert(batchOf(2, [late]));
    expect(await store.status()).toMatchObject({ records: 3, readings: 1, untimed: 1, unreadable: 1 });
    expect((await store.status()).problem).toMatch(/^devices\/a\/all: /);
    expect(await store.query({ topic: 'datalogger/l/P' })).toMatchObject({
      values: [['2023-11-14T22:13:20.000000+00:00', 4]],
    });
    expect(readProvenance(path)).toMatchObject({ records: 3, readings: 1, untimed: 1 });
  });

  it('renames a topic whose case changes, and takes new metadata', async () => {
    const { path, store } = await emptyStore();
    await store.insert(batchOf(0, temperatures(1)));
    await store.insert(batchOf(1, [{ topic: 'devices/A/all', message: '[{"T":5},{"T":{"units":"C"}}]', second: 1 }]));
    await store.insert(batchOf(2, [{ topic: 'devices/A/all', message: '{"T":6}', second: 2 }]));
    expect(tableOf(path, 'SELECT * FROM topics')).toEqual([
      { topic_id: 1, topic_name: 'A/T', metadata: '{"units":"C"}' },
    ]);
    expect(await store.query({ topic: 'a/t' })).toMatchObject({
      values: [
        [stamp(0), 0],
        [stamp(1), 5],
        [stamp(2), 6],
      ],
    });
  });

  it('lets the last value win for one topic and time', async () => {
    const { store } = await emptyStore();
    await store.insert(
      batchOf(
        0,
        [1, 2].map((value) => ({ topic: 'devices/a/all', message: `{"T":${value}}` })),
      ),
    );
    await store.insert(batchOf(2, [{ topic: 'devices/a/all', message: '{"T":3}' }]));
    expect(await store.query({ topic: 'a/T' })).toMatchObject({ values: [[stamp(0), 3]] });
  });

  it('forgets the topics of a batch that failed', async () => {
    const { path, store } = await emptyStore();
    {
      using other = openDatabase(path, { durability: 'kill-safe', migrations: [{ version: 1, up: '' }] });
      other.exec("CREATE TRIGGER full BEFORE INSERT ON provenance BEGIN SELECT RAISE(ABORT, 'planned'); END");
      await expect(store.insert(batchOf(0, temperatures(1, 'lost')))).rejects.toThrow('planned');
      other.exec('DROP TRIGGER full');
    }
    await store.insert(batchOf(0, temperatures(1, 'kept')));
    expect(tableOf(path, 'SELECT topic_id, topic_name FROM topics')).toEqual([{ topic_id: 1, topic_name: 'kept/T' }]);
    expect(await store.topicList()).toEqual(['kept/T']);
  });

  it("opens a Python historian's file and leaves its rows as they are", async () => {
    const path = join(await scratchFolder(), 'platform.historian.sqlite');
    {
      using python = openDatabase(path, { durability: 'kill-safe', migrations: [] });
      python.exec(`
        CREATE TABLE data (ts timestamp NOT NULL, topic_id INTEGER NOT NULL, value_string TEXT NOT NULL, UNIQUE(topic_id, ts));
        CREATE INDEX data_idx ON data (ts ASC);
        CREATE TABLE topics (topic_id INTEGER PRIMARY KEY, topic_name TEXT NOT NULL, metadata TEXT, UNIQUE(topic_name));
        INSERT INTO topics VALUES (7, 'a/T', '{"units": "F"}');
        INSERT INTO data VALUES ('2015-11-17T21:24:10.189393+00:00', 7, '1.5');
      `);
    }
    const store = await storeAt(path);
    await store.insert(batchOf(0, temperatures(1)));
    expect(await store.query({ topic: 'a/T' })).toMatchObject({
      values: [
        ['2015-11-17T21:24:10.189393+00:00', 1.5],
        [stamp(0), 0],
      ],
    });
    expect(readProvenance(path)).toMatchObject({ rows: 2, readings: 1, unclaimed: 1, missing: 0 });
  });
});

describe('a query', () => {
  async function filled(): Promise<HistoryStore> {
    const { store } = await emptyStore();
    await store.insert(batchOf(0, [...temperatures(5, 'a'), ...temperatures(3, 'b')]));
    return store;
  }
  const seconds = (result: unknown): unknown =>
    (result as { values: [string, number][] }).values.map(([, second]) => second);

  it('includes the start, excludes the end, and asks for an instant when both are equal', async () => {
    const store = await filled();
    const query = async (given: object) => seconds(await store.query({ topic: 'a/T', ...given }));
    expect(await query({ start: stamp(2) })).toEqual([2, 3, 4]);
    expect(await query({ end: stamp(2) })).toEqual([0, 1]);
    expect(await query({ start: '2026-01-01T00:00:01Z', end: '2026-01-01 00:00:03' })).toEqual([1, 2]);
    expect(await query({ start: stamp(2), end: stamp(2) })).toEqual([2]);
    expect(await query({ end: 'now +1d' })).toEqual([0, 1, 2, 3, 4]);
  });

  it('orders, skips and counts per topic', async () => {
    const store = await filled();
    const last = { order: 'LAST_TO_FIRST', skip: 1, count: 2 } as const;
    expect(seconds(await store.query({ topic: 'a/T', ...last }))).toEqual([3, 2]);
    expect(await store.query({ topic: ['a/T', 'b/T'], ...last })).toEqual({
      values: {
        'a/T': [
          [stamp(3), 3],
          [stamp(2), 2],
        ],
        'b/T': [
          [stamp(1), 1],
          [stamp(0), 0],
        ],
      },
      metadata: {},
    });
    expect(seconds(await store.query({ topic: 'a/T', count: 0 }).then((r) => ({ values: [], ...r })))).toEqual([]);
  });

  it('answers metadata for one topic, a list of one included', async () => {
    const store = await filled();
    const one = await store.query({ topic: ['b/T'], count: 1 });
    expect(one).toEqual({ values: [[stamp(0), 0]], metadata: { units: 'F' } });
  });

  it('answers {} for nothing, and leaves unknown topics out of several', async () => {
    const store = await filled();
    const late = { start: 'now' };
    expect(await store.query({ topic: 'none' })).toEqual({});
    expect(await store.query({ topic: 'a/T', ...late })).toEqual({});
    expect(await store.query({ topic: ['none', 'neither'] })).toEqual({});
    expect(await store.query({ topic: ['a/T', 'none'], ...late })).toEqual({ values: { 'a/T': [] }, metadata: {} });
    expect(await store.query({ topic: 'a/T', agg_type: 'avg', agg_period: '1h' })).toEqual({});
    await expect(store.query({ topic: null })).rejects.toThrow('"Topic" required');
  });

  it('finds topics by pattern, their list and their metadata', async () => {
    const store = await filled();
    expect(store.version).toBe('4.0.0');
    expect(await store.topicList()).toEqual(['a/T', 'b/T']);
    expect(await store.topicsByPattern('/t')).toEqual({ 'a/T': 1, 'b/T': 2 });
    expect(await store.topicsByPattern('^B')).toEqual({ 'b/T': 2 });
    await expect(store.topicsByPattern('(')).rejects.toMatchObject({ code: 'pattern', value: '(' });
    expect(await store.topicsMetadata('a/t')).toEqual({ 'a/t': { units: 'F' } });
    expect(await store.topicsMetadata(['a/T', 'none'])).toEqual({ 'a/T': { units: 'F' } });
    await expect(store.topicsMetadata(5 as unknown as string)).rejects.toMatchObject({ code: 'invalid-value' });
  });
});

describe('provenance', () => {
  it('shows a reading that came twice, a row that is lost and a row nobody brought', async () => {
    const { path, store } = await emptyStore();
    await store.insert(batchOf(0, temperatures(3)));
    const again = { ...batchOf(0, temperatures(1), 'e2') };
    await store.insert({ ...again, span: { ...again.span, stream: 'other' } });
    {
      using other = openDatabase(path, { durability: 'kill-safe', migrations: [{ version: 1, up: '' }] });
      other.exec(`DELETE FROM data WHERE ts = '${stamp(2)}'; INSERT INTO data VALUES ('${stamp(30)}', 1, '0')`);
    }
    expect(readProvenance(path)).toMatchObject({
      ...{ records: 4, readings: 4, rows: 3, repeated: 1, missing: 1, unclaimed: 1, repeatedPublications: 1 },
    });
  });

  it('is read by one look into the table for each reading, however many a topic has', async () => {
    const { path, store } = await emptyStore();
    const start = Date.UTC(2026, 0, 1);
    const readings = Array.from({ length: 20_000 }, (_, at) => [new Date(start + at * 1000).toISOString(), at]);
    const message = JSON.stringify({ P: { Readings: readings, Units: 'x' } });
    await store.insert(batchOf(0, [{ topic: 'datalogger/l', message, n: 1 }]));
    const began = performance.now();
    expect(readProvenance(path)).toMatchObject({ readings: 20_000, rows: 20_000, repeated: 0, missing: 0 });
    // Holding each claim against all rows of its topic takes a minute.
    expect(performance.now() - began).toBeLessThan(5000);
  });

  it('tells which acknowledged publications are missing', async () => {
    const { path, store } = await emptyStore();
    const published = temperatures(9);
    await store.insert(
      batchOf(
        0,
        [1, 2, 4, 5, 8].map((n) => published[n - 1]!),
      ),
    );
    const { publications } = readProvenance(path);
    const of = (...runs: [number, number][]) => [{ publisher: 'driver', epoch: 'abcdefgh', runs }];
    expect(publications).toEqual(of([1, 2], [4, 5], [8, 8]));
    expect(missingPublications(of([1, 9]), publications)).toEqual(of([3, 3], [6, 7], [9, 9]));
    expect(missingPublications(of([1, 2], [5, 5]), publications)).toEqual([]);
    expect(missingPublications(of([3, 3]), [])).toEqual(of([3, 3]));
  });
});
