import { packRecords } from '@volttron-ts/vip-core';
import type { JournalRecord } from '@volttron-ts/vip-core';
import { describe, expect, it } from 'vitest';

import { checkBatch } from './check-batch.ts';

const span = { stream: 's', epoch: 'e', prev: null, after: 2, through: 5, encoding: 'packed', instance: 'A' } as const;

const record = (seq: number, given: Partial<JournalRecord> = {}): JournalRecord => ({
  seq,
  time: 1,
  origin: { journal: 'j', epoch: 'e', seq },
  publisher: 'p',
  publisherEpoch: '',
  n: 0,
  path: '',
  topic: 'devices/a/all',
  body: new Uint8Array([1]),
  ...given,
});

const check = (...records: JournalRecord[]) => checkBatch({ span, records: packRecords(records) });

describe('a batch', () => {
  it('is unpacked when its records stand in order within the span', () => {
    expect(check(record(3), record(5)).map(({ seq }) => seq)).toEqual([3, 5]);
    expect(check()).toEqual([]);
  });

  it.each([
    ['before the span', [record(2)]],
    ['after the span', [record(6)]],
    ['out of order', [record(4), record(3)]],
    ['twice', [record(3), record(3)]],
  ])('is refused when a record stands %s', (_where, records) => {
    expect(() => check(...records)).toThrow(/does not belong between/);
  });

  it.each([
    ['sequence', record(Number.NaN)],
    ['origin', record(3, { origin: { journal: 'j', epoch: 'e', seq: 1.5 } })],
    ['number', record(3, { n: -1 })],
    ['time', record(3, { time: 1e300 })],
  ])('is refused when the %s of a record is no such number', (_item, bad) => {
    expect(() => check(bad)).toThrow(/no sequence or time/);
  });

  it('is refused when the span ends before it begins, or is no span', () => {
    const records = new Uint8Array();
    expect(() => checkBatch({ span: { ...span, through: 1 }, records })).toThrow(/before its beginning/);
    expect(() => checkBatch({ span: { ...span, epoch: '' }, records })).toThrow(/epoch/);
  });

  it('is refused when its records are torn', () => {
    const records = packRecords([record(3)]).subarray(0, -1);
    expect(() => checkBatch({ span, records })).toThrow(/torn/);
  });
});
