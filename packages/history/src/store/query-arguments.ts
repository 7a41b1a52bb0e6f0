import { formatTimestamp, InvalidValueError } from '@volttron-ts/vip-core';

import { QueryAggregateError, QuerySyntaxError, QueryTopicError } from '../errors.ts';
import { parseQueryTime } from './query-time.ts';

/** The arguments of the historian's RPC method `query`, named as Python names them (reference/agents-cli.md §1.9). */
export interface QueryArguments {
  readonly topic?: string | readonly string[] | null;
  /** Inclusive. A timestamp, or `now` with offsets. */
  readonly start?: string | null;
  /** Exclusive; equal to `start` it asks for that instant. */
  readonly end?: string | null;
  readonly agg_type?: string | null;
  readonly agg_period?: string | null;
  /** Rows left out at the beginning, per topic. */
  readonly skip?: number | null;
  /** Rows answered at most, per topic. */
  readonly count?: number | null;
  readonly order?: 'FIRST_TO_LAST' | 'LAST_TO_FIRST' | null;
}

/** A query as the store runs it; times are text as it is stored. */
export interface StoreQuery {
  readonly topics: readonly string[];
  readonly start: string | undefined;
  readonly end: string | undefined;
  readonly skip: number;
  readonly count: number | undefined;
  readonly descending: boolean;
}

/**
 * Checks what came over RPC.
 *
 * @param now µs UTC
 * @throws QueryTopicError, QueryAggregateError, QuerySyntaxError, InvalidValueError
 */
export function readQueryArguments(given: QueryArguments, now: number): StoreQuery {
  const { agg_type: type, agg_period: period } = given;
  if ((type ?? null) === null ? (period ?? null) !== null : (period ?? null) === null) throw new QueryAggregateError();
  return {
    topics: topicsOf(given.topic),
    start: bound(given.start, now),
    end: bound(given.end, now),
    skip: whole('skip', given.skip) ?? 0,
    count: whole('count', given.count),
    descending: isDescending(given.order),
  };
}

/** One name or a list of names. Throws QueryTopicError, InvalidValueError. */
export function topicsOf(topic: unknown): readonly string[] {
  if (topic === null || topic === undefined) throw new QueryTopicError();
  const topics: unknown[] = Array.isArray(topic) ? topic : [topic];
  if (!topics.every((name): name is string => typeof name === 'string')) {
    throw new InvalidValueError('topic', topic, 'A topic is a text or a list of texts.');
  }
  return topics;
}

function bound(text: unknown, now: number): string | undefined {
  if (text === null || text === undefined || text === '') return undefined;
  if (typeof text !== 'string') throw new QuerySyntaxError(text);
  return formatTimestamp(parseQueryTime(text, now));
}

function whole(item: string, value: unknown): number | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new InvalidValueError(item, value, `${item} is a whole number, 0 or more.`);
}

function isDescending(order: unknown): boolean {
  if (order === 'LAST_TO_FIRST') return true;
  if (order === 'FIRST_TO_LAST' || order === null || order === undefined) return false;
  throw new InvalidValueError('order', order, 'order is FIRST_TO_LAST or LAST_TO_FIRST.');
}
