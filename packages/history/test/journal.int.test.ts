import { join } from 'node:path';

import { unpackRecords } from '@volttron-ts/vip-core';
import { describe, expect, it } from 'vitest';

import { missingPublications, readProvenance } from '../src/index.ts';
import { everything, journalAt, keep, reading, scratchFolder, storeAt, tapOf } from './scratch.ts';

describe('a reading', () => {
  it('goes from one journal over another into a store, once', async () => {
    const folder = await scratchFolder();
    const a = await journalAt(join(folder, 'a.sqlite'), 'A');
    const b = await journalAt(join(folder, 'b.sqlite'), 'B');
    const tap = await tapOf(a);
    const outcomes = await Promise.all([1, 2, 3].map((n) => keep(tap, reading(n))));
    expect(outcomes).toEqual(['new kept', 'new kept', 'new kept']);

    const { span, records } = await a.read({ ...everything, cursor: 'to-b' });
    expect(await b.append('user-a', span, records)).toEqual({ kind: 'through', through: 3 });
    await a.commit({ cursor: 'to-b', epoch: span.epoch, through: 3 });
    expect(await a.cursors()).toEqual([{ name: 'to-b', committed: 3, waiting: 0 }]);

    const there = await b.read({ ...everything, cursor: 'historian' });
    expect(unpackRecords(there.records).map(({ seq, path, n, origin }) => [seq, path, n, origin.journal])).toEqual([
      [1, 'A', 1, a.id],
      [2, 'A', 2, a.id],
      [3, 'A', 3, a.id],
    ]);
    const path = join(folder, 'historian.sqlite');
    const store = await storeAt(path);
    expect(await store.insert(there)).toEqual({ kind: 'through', through: 3 });
    expect(await store.insert(there)).toEqual({ kind: 'through', through: 3 });
    expect(await store.mark(there.span.stream)).toEqual({ epoch: there.span.epoch, seq: 3 });
    expect(await store.query({ topic: 'campus/ahu/Temp', count: 2 })).toEqual({
      values: [
        ['2026-01-01T00:00:00.000001+00:00', 1],
        ['2026-01-01T00:00:00.000002+00:00', 2],
      ],
      metadata: { units: 'F' },
    });
    const report = readProvenance(path);
    expect(report).toMatchObject({ records: 3, readings: 3, rows: 3, repeated: 0, missing: 0, unclaimed: 0 });
    expect(report.publications).toEqual([{ publisher: 'sysmon', epoch: 'abcdefgh', runs: [[1, 3]] }]);
    expect(
      missingPublications([{ publisher: 'sysmon', epoch: 'abcdefgh', runs: [[1, 5]] }], report.publications),
    ).toEqual([{ publisher: 'sysmon', epoch: 'abcdefgh', runs: [[4, 5]] }]);
  });
});
