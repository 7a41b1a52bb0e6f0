import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProtocolError } from './errors.ts';
import { originJournalsOf, packRecords, unpackRecords } from './journal-record.ts';
import type { JournalRecord } from './journal-record.ts';
import { encodeText } from './text.ts';

const record: JournalRecord = {
  seq: 1,
  time: 1_413_196_380_000_001,
  origin: { journal: 'j1', epoch: 'e1', seq: 12 },
  publisher: 'replay',
  publisherEpoch: '0a1b2c3d',
  n: 7,
  path: 'client,server',
  topic: 'devices/campus/building/ahu1/all',
  body: encodeText('{"bus":"","headers":{},"message":[{"a":1.0}],"sender":"replay"}'),
};

const text = fc.string({ unit: 'grapheme', maxLength: 20 });
const sequence = fc.maxSafeNat();
const anyRecord: fc.Arbitrary<JournalRecord> = fc.record({
  seq: sequence,
  time: fc.maxSafeInteger(),
  origin: fc.record({ journal: text, epoch: text, seq: sequence }),
  publisher: text,
  publisherEpoch: text,
  n: sequence,
  path: text,
  topic: text,
  body: fc.uint8Array(),
});

describe('packed journal records', () => {
  it('come back, any of them', () => {
    fc.assert(
      fc.property(fc.array(anyRecord, { maxLength: 5 }), (records) => {
        expect(unpackRecords(packRecords(records))).toEqual(records);
      }),
    );
  });

  it('tell the journals they began in', () => {
    fc.assert(
      fc.property(fc.array(anyRecord, { maxLength: 5 }), (records) => {
        const journals = new Set(records.map(({ origin }) => origin.journal));
        expect(originJournalsOf(packRecords(records))).toEqual(journals);
      }),
    );
    const packed = packRecords([record]);
    packed[36] = 255;
    expect(() => originJournalsOf(packed)).toThrow(ProtocolError);
  });

  it('are nothing when there are none', () => {
    expect(packRecords([])).toHaveLength(0);
    expect(unpackRecords(new Uint8Array(0))).toEqual([]);
  });

  it('stand one after another, so that frames may be joined', () => {
    const one = packRecords([record]);
    const two = packRecords([record, { ...record, seq: 2 }]);
    expect([...two.subarray(0, one.length)]).toEqual([...one]);
    expect(unpackRecords(two.subarray(one.length))).toEqual([{ ...record, seq: 2 }]);
  });

  it('have the documented layout', () => {
    const packed = packRecords([record]);
    const view = new DataView(packed.buffer);
    expect(view.getUint32(0, true)).toBe(packed.length);
    expect([4, 12, 20, 28].map((at) => view.getFloat64(at, true))).toEqual([1, record.time, 12, 7]);
    expect([...packed.subarray(36, 40)]).toEqual([2, 2, 6, 8]);
    expect([view.getUint16(40, true), view.getUint16(42, true)]).toEqual([13, 32]);
    expect([...packed.subarray(packed.length - record.body.length)]).toEqual([...record.body]);
  });

  it('are refused when cut anywhere but between two records', () => {
    const packed = packRecords([record, record]);
    for (let length = 1; length < packed.length; length++) {
      const cut = packed.subarray(0, length);
      if (length === packed.length / 2) expect(unpackRecords(cut)).toEqual([record]);
      else expect(() => unpackRecords(cut)).toThrow(ProtocolError);
    }
  });

  it('are refused when a name would reach into the next record', () => {
    for (const at of [36, 37, 38, 39, 41, 43]) {
      const packed = packRecords([record, record]);
      packed[at] = 0xff;
      expect(() => unpackRecords(packed)).toThrow(ProtocolError);
    }
  });

  it('give records or a ProtocolError for any bytes', () => {
    const packed = packRecords([record, { ...record, seq: 2 }]);
    const change = fc.tuple(fc.nat(packed.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
        const broken = packed.slice();
        for (const [at, byte] of changes) broken[at] = byte;
        try {
          unpackRecords(broken);
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('refuse a name that does not fit', () => {
    const long = 'x'.repeat(256);
    expect(() => packRecords([{ ...record, publisher: long }])).toThrow(ProtocolError);
    expect(() => packRecords([{ ...record, origin: { ...record.origin, journal: long } }])).toThrow(ProtocolError);
    expect(() => packRecords([{ ...record, topic: 'x'.repeat(65_536) }])).toThrow(ProtocolError);
    expect(unpackRecords(packRecords([{ ...record, publisher: 'x'.repeat(255) }]))).toHaveLength(1);
  });
});
