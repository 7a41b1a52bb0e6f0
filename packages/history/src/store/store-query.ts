import { parseLooseJson } from '@volttron-ts/vip-core';

import { PatternError, ResultTooLongError } from '../errors.ts';
import type { StoreQuery } from './query-arguments.ts';
import type { StoreFile } from './store-file.ts';

/** A row of a query's answer: timestamp and value. */
export type HistoryValue = [ts: string, value: unknown];

/** What the RPC method `query` answers; `{}` when there is nothing (reference/agents-cli.md §1.9). */
export type QueryResult =
  | { values: HistoryValue[]; metadata: unknown }
  | { values: Record<string, HistoryValue[]>; metadata: Record<string, never> }
  | Record<string, never>;

/** Rows of one answer: some hundred megabytes at most. */
const MAX_ROWS = 1_000_000;

/** Throws ResultTooLongError. */
export function runQuery(store: StoreFile, query: StoreQuery): QueryResult {
  const [first, ...others] = query.topics;
  if (first !== undefined && others.length === 0) return runSingle(store, first, query);
  const values: Record<string, HistoryValue[]> = {};
  let left = MAX_ROWS;
  for (const name of query.topics) {
    const topic = store.topics.find(name);
    if (topic === undefined) continue;
    const rows = readRows(store, topic.id, query, left);
    left -= rows.length;
    values[name] = rows;
  }
  return Object.keys(values).length === 0 ? {} : { values, metadata: {} };
}

function runSingle(store: StoreFile, name: string, query: StoreQuery): QueryResult {
  const topic = store.topics.find(name);
  const values = topic === undefined ? [] : readRows(store, topic.id, query, MAX_ROWS);
  return topic === undefined || values.length === 0 ? {} : { values, metadata: readJson(topic.metadata) };
}

function readRows(store: StoreFile, topicId: number, query: StoreQuery, left: number): HistoryValue[] {
  const { start, end, skip, count, descending } = query;
  const isInstant = start !== undefined && start === end;
  const limit = Math.min(count ?? left + 1, left + 1);
  const rows = store.database
    .prepare<{ ts: string; value: string }>(
      `SELECT ts, value_string AS value FROM data WHERE topic_id = ? AND ts >= ? AND ts ${isInstant ? '<=' : '<'} ?
       ORDER BY ts ${descending ? 'DESC' : 'ASC'} LIMIT ? OFFSET ?`,
    )
    .all(topicId, start ?? '', end ?? LAST, limit, skip);
  if (rows.length > left) throw new ResultTooLongError(MAX_ROWS);
  return rows.map(({ ts, value }) => [ts, readJson(value)]);
}

/** Sorts behind every timestamp. */
const LAST = '~';

/** Rows may have been written by others: what is no JSON is answered as the text it is. */
function readJson(text: string): unknown {
  try {
    return parseLooseJson(text);
  } catch {
    return text;
  }
}

/** Names that the expression is found in, whatever their case, and their ids. Throws PatternError. */
export function topicsByPattern(store: StoreFile, pattern: string): Record<string, number> {
  let expression: RegExp;
  try {
    expression = new RegExp(pattern, 'i');
  } catch (error) {
    throw new PatternError(pattern, error);
  }
  const found = store.topics.names().filter((name) => expression.test(name));
  return Object.fromEntries(found.map((name) => [name, store.topics.find(name)?.id ?? 0]));
}

/** The metadata of those topics that are known. */
export function topicsMetadata(store: StoreFile, topics: readonly string[]): Record<string, unknown> {
  const found = topics.flatMap((name) => {
    const topic = store.topics.find(name);
    return topic === undefined ? [] : [[name, readJson(topic.metadata)] as const];
  });
  return Object.fromEntries(found);
}
