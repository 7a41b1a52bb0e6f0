import { ProtocolError } from './errors.ts';
import { decodeText, encodeText } from './text.ts';

/** Where a record was journalled first; travels with it over every hop and is unique in each journal (design §4.5). */
export interface RecordOrigin {
  /** Id of the journal that captured it. */
  readonly journal: string;
  readonly epoch: string;
  readonly seq: number;
}

/** One captured publication. */
export interface JournalRecord {
  /** The sequence in the journal that hands it out; starts at 1, never restarts. */
  readonly seq: number;
  /** Capture time at the origin, µs UTC. */
  readonly time: number;
  readonly origin: RecordOrigin;
  /** The verified user that published it on the origin platform. */
  readonly publisher: string;
  /** The publisher's own epoch and number; `''` and 0 for publishers that do not number their messages. */
  readonly publisherEpoch: string;
  readonly n: number;
  /** Names of the instances it came through, oldest first, joined by commas; `''` where it was captured. */
  readonly path: string;
  readonly topic: string;
  /** The publish body with its sender, byte for byte. */
  readonly body: Uint8Array;
}

const FIXED = 4 + 8 + 8 + 8 + 8 + 1 + 1 + 1 + 1 + 2 + 2;

/**
 * Packs records into one frame. Little-endian: u32 length of the record, f64 seq, time, origin seq, n, u8 lengths of
 * origin journal, origin epoch, publisher, publisher epoch, u16 lengths of path and topic, those texts, the body.
 */
export function packRecords(records: readonly JournalRecord[]): Uint8Array {
  const texts = records.map(encodeTexts);
  let total = 0;
  records.forEach((record, at) => (total += FIXED + sum(texts[at] ?? []) + record.body.length));
  const packed = new Uint8Array(total);
  const view = new DataView(packed.buffer);
  let at = 0;
  records.forEach((record, index) => {
    at = packOne(packed, view, at, record, texts[index] ?? []);
  });
  return packed;
}

const sum = (parts: readonly Uint8Array[]): number => parts.reduce((total, part) => total + part.length, 0);

function encodeTexts(record: JournalRecord): Uint8Array[] {
  const { origin, publisher, publisherEpoch, path, topic } = record;
  const short = [origin.journal, origin.epoch, publisher, publisherEpoch].map(encodeText);
  const long = [path, topic].map(encodeText);
  if (short.some((text) => text.length > 0xff) || long.some((text) => text.length > 0xffff)) {
    throw new ProtocolError('A name of a journal record is too long.', { item: 'topic', value: topic.slice(0, 80) });
  }
  return [...short, ...long];
}

function packOne(
  packed: Uint8Array,
  view: DataView,
  from: number,
  record: JournalRecord,
  texts: readonly Uint8Array[],
): number {
  const length = FIXED + sum(texts) + record.body.length;
  view.setUint32(from, length, true);
  [record.seq, record.time, record.origin.seq, record.n].forEach((number, index) => {
    view.setFloat64(from + 4 + 8 * index, number, true);
  });
  let at = from + 36;
  texts.forEach((text, index) => {
    if (index < 4) view.setUint8(at, text.length);
    else view.setUint16(at, text.length, true);
    at += index < 4 ? 1 : 2;
  });
  for (const text of texts) {
    packed.set(text, at);
    at += text.length;
  }
  packed.set(record.body, at);
  return from + length;
}

/** Reads a frame of packed records; bodies are views of it. Throws ProtocolError when it is torn. */
export function unpackRecords(packed: Uint8Array): JournalRecord[] {
  const view = viewOf(packed);
  return [...placesOf(packed, view)].map(([from, end]) => unpackOne(packed, view, from, end));
}

/** The journals in which packed records began, without a look at anything else. Throws ProtocolError. */
export function originJournalsOf(packed: Uint8Array): Set<string> {
  const view = viewOf(packed);
  const journals = new Set<string>();
  for (const [from, end] of placesOf(packed, view)) {
    const text = from + FIXED;
    const length = view.getUint8(from + 36);
    if (text + length > end) throw torn(from);
    journals.add(decodeText(packed.subarray(text, text + length)));
  }
  return journals;
}

const viewOf = (packed: Uint8Array): DataView => new DataView(packed.buffer, packed.byteOffset, packed.length);

/** Where each record begins and ends. */
function* placesOf(packed: Uint8Array, view: DataView): Generator<readonly [number, number]> {
  for (let at = 0; at < packed.length;) {
    const length = at + FIXED <= packed.length ? view.getUint32(at, true) : 0;
    if (length < FIXED || at + length > packed.length) throw torn(at);
    yield [at, at + length];
    at += length;
  }
}

const torn = (at: number): ProtocolError =>
  new ProtocolError(`The packed journal records are torn at byte ${at}.`, { item: 'records', value: at });

function unpackOne(packed: Uint8Array, view: DataView, from: number, end: number): JournalRecord {
  const number = (index: number): number => view.getFloat64(from + 4 + 8 * index, true);
  const lengths = [0, 1, 2, 3].map((index) => view.getUint8(from + 36 + index));
  lengths.push(view.getUint16(from + 40, true), view.getUint16(from + 42, true));
  let at = from + FIXED;
  const texts = lengths.map((length) => {
    if (at + length > end) throw torn(from);
    const text = decodeText(packed.subarray(at, at + length));
    at += length;
    return text;
  });
  const [journal = '', epoch = '', publisher = '', publisherEpoch = '', path = '', topic = ''] = texts;
  return {
    seq: number(0),
    time: number(1),
    origin: { journal, epoch, seq: number(2) },
    publisher,
    publisherEpoch,
    n: number(3),
    path,
    topic,
    body: packed.subarray(at, end),
  };
}
