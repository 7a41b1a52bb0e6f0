import { checker, JournalSpan, ProtocolError, unpackRecords } from '@volttron-ts/vip-core';
import type { JournalRecord } from '@volttron-ts/vip-core';

/** A span and its packed records, as a journal hands them out and a destination takes them. */
export interface JournalBatch {
  readonly span: JournalSpan;
  /** The frame that `unpackRecords` reads; empty when nothing in the span matched. */
  readonly records: Uint8Array;
}

const checkSpan = checker(JournalSpan);

/** Unpacks a batch from outside. Throws ProtocolError unless every record stands in order within the span. */
export function checkBatch({ span, records }: JournalBatch): JournalRecord[] {
  checkSpan(span, 'The span of a journal append');
  if (span.through < span.after) {
    throw new ProtocolError(`The span ends at ${span.through}, before its beginning ${span.after}.`, {
      item: 'span',
      value: span.through,
    });
  }
  const unpacked = unpackRecords(records);
  let last = span.after;
  for (const record of unpacked) {
    checkRecord(record, last, span);
    last = record.seq;
  }
  return unpacked;
}

function checkRecord(record: JournalRecord, last: number, span: JournalSpan): void {
  const { seq, origin, n, time } = record;
  if (![seq, origin.seq, n, time].every((number) => Number.isSafeInteger(number) && number >= 0)) {
    throw new ProtocolError('A journal record has a number that is no sequence or time.', {
      item: 'record',
      value: [seq, origin.seq, n, time].join(', '),
    });
  }
  if (seq <= last || seq > span.through) {
    throw new ProtocolError(`Record ${seq} does not belong between ${last} and ${span.through}.`, {
      item: 'record',
      value: seq,
    });
  }
}
