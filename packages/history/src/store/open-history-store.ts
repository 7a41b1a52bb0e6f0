import { startWorker, workerUrl } from '@volttron-ts/storage';
import type { WorkerCrashedError, WorkerHandle } from '@volttron-ts/storage';
import type { JournalAppendAnswer } from '@volttron-ts/vip-core';

import { rethrowCause } from '../worker-failure.ts';
import type { JournalBatch } from '../journal/check-batch.ts';
import { readQueryArguments, topicsOf } from './query-arguments.ts';
import type { QueryArguments } from './query-arguments.ts';
import type { StoreFileOptions, StoreStatus } from './store-file.ts';
import type { QueryResult } from './store-query.ts';
import type { StoreWorker } from './store-worker.ts';

/** The version that Python's SQL historian answers, whose tables and RPC methods these are. */
const VERSION = '4.0.0';

export interface HistoryStoreOptions extends StoreFileOptions {
  /** Called once if the worker thread dies; everything outstanding rejects. */
  readonly onCrash: (error: WorkerCrashedError) => void;
}

/** A history store, run by a worker thread of its own. */
export interface HistoryStore {
  readonly version: string;
  /** Stores a batch of a journal in one transaction; what is stored already is left out. Answers as a journal does. */
  insert(batch: JournalBatch): Promise<JournalAppendAnswer>;
  /** Where to read a stream on; undefined when nothing of it is stored. */
  mark(stream: string): Promise<{ epoch: string; seq: number } | undefined>;
  status(): Promise<StoreStatus>;
  /** Rejects with QueryTopicError, QueryAggregateError, QuerySyntaxError, InvalidValueError, or the worker's error. */
  query(given: QueryArguments): Promise<QueryResult>;
  topicList(): Promise<readonly string[]>;
  /** Name → id of the topics in which the regular expression is found, whatever their case. */
  topicsByPattern(pattern: string): Promise<Record<string, number>>;
  topicsMetadata(topics: string | readonly string[]): Promise<Record<string, unknown>>;
  /** Stores what it has taken, and ends the thread. */
  close(): Promise<void>;
}

/** Opens or creates a history store file, a Python historian's included. */
export async function openHistoryStore({ onCrash, ...file }: HistoryStoreOptions): Promise<HistoryStore> {
  let opened = false;
  const worker: WorkerHandle<StoreWorker> = startWorker(workerUrl(import.meta.url, './store-worker'), {
    workerData: file satisfies StoreFileOptions,
    onCrash: (error) => {
      if (opened) onCrash(error);
    },
  });
  await worker.call('status', undefined).catch(rethrowCause);
  opened = true;
  return {
    version: VERSION,
    insert: ({ span, records }) => {
      // A clone of a view would carry the whole buffer behind it.
      const own = new Uint8Array(records);
      return worker.call('insert', { span, records: own }, [own.buffer]);
    },
    mark: (stream) => worker.call('mark', stream),
    status: () => worker.call('status', undefined),
    query: async (given) => {
      const query = readQueryArguments(given, Date.now() * 1000);
      // No aggregate is collected here, so none is found.
      return (given.agg_type ?? null) === null ? worker.call('query', query) : {};
    },
    topicList: () => worker.call('topics', undefined),
    topicsByPattern: (pattern) => worker.call('topicsByPattern', pattern),
    topicsMetadata: async (topics) => worker.call('topicsMetadata', topicsOf(topics)),
    close: () => worker.close(),
  };
}
