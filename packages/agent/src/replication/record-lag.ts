import { decodeText, parseLooseJson, parseTimestamp, scanPublishBody } from '@volttron-ts/vip-core';
import type { JournalRecord } from '@volttron-ts/vip-core';

/** When a record's readings were taken, µs UTC: header `TimeStamp` of the publication, else its capture. */
export function timeOf({ body, time }: JournalRecord): number {
  try {
    const [start, end] = scanPublishBody(body).headers;
    const headers = parseLooseJson(decodeText(body.subarray(start, end))) as Record<string, unknown>;
    const stamp = headers['TimeStamp'];
    return (typeof stamp === 'string' ? parseTimestamp(stamp) : undefined) ?? time;
  } catch {
    return time;
  }
}

/** At most so many of the records, spread evenly; the first and the last are among them. */
export function sample<T>(records: readonly T[], most: number): T[] {
  if (records.length <= most) return [...records];
  const step = (records.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, index) => records[Math.round(index * step)]).filter(
    (record) => record !== undefined,
  );
}
