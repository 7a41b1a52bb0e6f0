import { decodeText, parseLooseJson, parseTimestamp, scanPublishBody } from '@volttron-ts/vip-core';
import type { JournalRecord } from '@volttron-ts/vip-core';

import { rawElements, rawMembers } from './raw-json.ts';

/** One value of one point at one time. */
export interface Reading {
  /** The name it is stored under. */
  readonly topic: string;
  /** µs UTC. */
  readonly time: number;
  /** JSON text, as it was written. */
  readonly value: string;
  /** JSON text of the point's metadata; undefined when the message has none. */
  readonly metadata: string | undefined;
}

/** What a publication gives a historian. */
export interface CapturedReadings {
  readonly readings: readonly Reading[];
  /** How many of them have the time of capture because their timestamp cannot be read. */
  readonly untimed: number;
  /** Why there are none, when the publication cannot be understood. */
  readonly problem?: string;
}

type Publication = Pick<JournalRecord, 'topic' | 'time' | 'body'>;

interface Message {
  readonly topic: string;
  readonly headers: Readonly<Record<string, unknown>>;
  /** JSON text. */
  readonly message: string;
  /** Capture time, µs UTC. */
  readonly captured: number;
}

/** A time, and whether it is the time of capture for want of a readable one. */
interface Stamp {
  readonly time: number;
  readonly untimed: boolean;
}

/** The readings in a publication, by Python's capture rules (reference/agents-cli.md §1.4, §1.5). Never throws. */
export function capturedReadings({ topic, time, body }: Publication): CapturedReadings {
  try {
    const layout = scanPublishBody(body);
    const headers = parseLooseJson(decodeText(body.subarray(...layout.headers))) as Message['headers'];
    const message = decodeText(body.subarray(...layout.message));
    parseLooseJson(message);
    return ruleFor(topic)({ topic, headers, message, captured: time });
  } catch (error) {
    return nothing(error instanceof Error ? error.message : String(error));
  }
}

const nothing = (problem: string): CapturedReadings => ({ readings: [], untimed: 0, problem });

function ruleFor(topic: string): (message: Message) => CapturedReadings {
  if (topic.startsWith('devices')) return deviceReadings;
  if (topic.startsWith('analysis')) return analysisReadings;
  if (topic.startsWith('datalogger')) return logReadings;
  return recordReadings;
}

function deviceReadings(message: Message): CapturedReadings {
  return message.topic.endsWith('/all') ? pointReadings(message, message.topic) : { readings: [], untimed: 0 };
}

function analysisReadings(message: Message): CapturedReadings {
  const topic = message.topic.replace(/\/+$/, '');
  return pointReadings(message, topic.endsWith('all') ? topic : `${topic}/all`);
}

/** `[values, metadata]` or bare values; the first and the last segment of the topic are dropped. */
function pointReadings({ message, headers, captured }: Message, topic: string): CapturedReadings {
  const pair = rawElements(message);
  const values = rawMembers(pair === undefined ? message : (pair[0] ?? ''));
  if (values === undefined) return nothing('The message has no object of values.');
  const metadata = rawMembers(pair?.length === 2 ? (pair[1] ?? '') : '');
  const device = topic.split('/').slice(1, -1).join('/');
  const { time, untimed } = stampOf(headers['TimeStamp'] ?? headers['Date'], captured);
  const readings = Array.from(values, ([point, value]) => ({
    topic: `${device}/${point}`,
    time,
    value,
    metadata: metadata?.get(point),
  }));
  return { readings, untimed: untimed ? readings.length : 0 };
}

function recordReadings({ topic, headers, message, captured }: Message): CapturedReadings {
  const { time, untimed } = stampOf(headers['Date'], captured);
  return { readings: [{ topic, time, value: message, metadata: undefined }], untimed: untimed ? 1 : 0 };
}

/** Points with `Readings` and `Units`; the times stand in the message, the headers have none. */
function logReadings({ topic, message, captured }: Message): CapturedReadings {
  const points = rawMembers(message);
  if (points === undefined) return nothing('The message is no object of points.');
  const readings: Reading[] = [];
  let untimed = 0;
  let incomplete = '';
  for (const [point, text] of points) {
    const item = rawMembers(text);
    const given = item?.get('Readings');
    if (item?.has('Units') !== true || given === undefined) {
      incomplete = `The point "${point}" lacks Readings or Units.`;
      continue;
    }
    for (const { value, stamp } of loggedValues(given, captured)) {
      readings.push({ topic: `${topic}/${point}`, time: stamp.time, value, metadata: logMetadata(item) });
      if (stamp.untimed) untimed++;
    }
  }
  return readings.length === 0 && incomplete !== '' ? nothing(incomplete) : { readings, untimed };
}

/** A value now, `[time, value]`, or pairs of these. */
function loggedValues(given: string, captured: number): { value: string; stamp: Stamp }[] {
  const elements = rawElements(given);
  if (elements === undefined) return [{ value: given, stamp: { time: captured, untimed: false } }];
  const pairs = elements[0]?.startsWith('"') === true ? [elements] : elements.map((element) => rawElements(element));
  return pairs.flatMap((pair) => {
    const [time, value] = pair ?? [];
    return time === undefined || value === undefined ? [] : [{ value, stamp: stampOf(parseLooseJson(time), captured) }];
  });
}

function logMetadata(item: ReadonlyMap<string, string>): string {
  const type = item.get('data_type') ?? '"float"';
  const tz = item.get('tz');
  const members = [`"units": ${item.get('Units') ?? 'null'}`, `"type": ${type === '"double"' ? '"float"' : type}`];
  if (tz !== undefined) members.push(`"tz": ${tz}`);
  return `{${members.join(', ')}}`;
}

function stampOf(given: unknown, captured: number): Stamp {
  if (given === undefined || given === null) return { time: captured, untimed: false };
  const time = typeof given === 'string' ? parseTimestamp(given) : undefined;
  return time === undefined ? { time: captured, untimed: true } : { time, untimed: false };
}
