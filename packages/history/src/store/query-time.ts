import { parseTimestamp } from '@volttron-ts/vip-core';

import { QuerySyntaxError } from '../errors.ts';

const MICROSECONDS: ReadonlyMap<string, number> = new Map([
  ...['d', 'day', 'days'].map((unit) => [unit, 86_400e6] as const),
  ...['h', 'hour', 'hours'].map((unit) => [unit, 3_600e6] as const),
  ...['m', 'minute', 'minutes'].map((unit) => [unit, 60e6] as const),
  ...['s', 'second', 'seconds'].map((unit) => [unit, 1e6] as const),
]);

const RELATIVE = /^now((?:\s*[+-]\d+\s*[A-Za-z]+)*)$/;
const OFFSET = /([+-]\d+)\s*([A-Za-z]+)/g;
const SHORT_ISO = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}))?(Z|[+-]\d{2}:?\d{2})?$/;
const AMERICAN = /^(\d{1,2})\/(\d{1,2})\/(\d{4})(?: (\d{1,2}):(\d{2})(?::(\d{2}))?)?$/;

/**
 * The bound of a query in µs UTC: a timestamp, a date, `m/d/Y [H:M]`, or `now` with signed offsets such as `now -1d -20m`
 * (reference/agents-cli.md §1.9). Text without zone is UTC.
 *
 * @param now µs UTC
 * @throws QuerySyntaxError
 */
export function parseQueryTime(text: string, now: number): number {
  const trimmed = text.trim().replace(/^(["'])(.*)\1$/, '$2');
  const relative = RELATIVE.exec(trimmed);
  if (relative !== null) return now + offsets(relative[1] ?? '', text);
  const time = parseTimestamp(trimmed) ?? parseTimestamp(shortIso(trimmed) ?? american(trimmed) ?? '');
  if (time === undefined) throw new QuerySyntaxError(text);
  return time;
}

function offsets(text: string, whole: string): number {
  let total = 0;
  for (const [, amount, unit = ''] of text.matchAll(OFFSET)) {
    const size = MICROSECONDS.get(unit);
    if (size === undefined) throw new QuerySyntaxError(whole, `Invalid timeunit: ${unit}`);
    total += Number(amount) * size;
  }
  return total;
}

function shortIso(text: string): string | undefined {
  const [, date, time = '00:00', zone = 'Z'] = SHORT_ISO.exec(text) ?? [];
  return date && `${date}T${time}:00${zone}`;
}

function american(text: string): string | undefined {
  const [, month, day, year, hour = '00', minute = '00', second = '00'] = AMERICAN.exec(text) ?? [];
  if (month === undefined || day === undefined || year === undefined) return undefined;
  return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}T${hour.padStart(2, '0')}:${minute}:${second}Z`;
}
