import { workerData } from 'node:worker_threads';

import { GroupCommit, serveWorker } from '@volttron-ts/storage';
import type { JournalAppendAnswer } from '@volttron-ts/vip-core';

import type { JournalBatch } from '../journal/check-batch.ts';
import type { StoreQuery } from './query-arguments.ts';
import { StoreFile } from './store-file.ts';
import type { StoreFileOptions, StoreStatus } from './store-file.ts';
import { runQuery, topicsByPattern, topicsMetadata } from './store-query.ts';
import type { QueryResult } from './store-query.ts';

/** What the worker answers to. */
export type StoreWorker = Pick<Methods, keyof Methods>;
interface Methods {
  insert: (batch: JournalBatch) => Promise<JournalAppendAnswer>;
  mark: (stream: string) => { epoch: string; seq: number } | undefined;
  status: () => StoreStatus;
  query: (query: StoreQuery) => QueryResult;
  topics: () => string[];
  topicsByPattern: (pattern: string) => Record<string, number>;
  topicsMetadata: (topics: readonly string[]) => Record<string, unknown>;
}

const store = new StoreFile(workerData as StoreFileOptions);
const writes = new GroupCommit(store.database);

const handlers: StoreWorker = {
  insert: async (batch) => {
    try {
      const { answer, taken } = await writes.run(() => insert(batch), batch.records.length);
      store.count(taken);
      return answer;
    } catch (error) {
      store.topics.forget();
      throw error;
    }
  },
  mark: (stream) => store.mark(stream),
  status: () => store.status(),
  query: (query) => runQuery(store, query),
  topics: () => store.topics.names(),
  topicsByPattern: (pattern) => topicsByPattern(store, pattern),
  topicsMetadata: (topics) => topicsMetadata(store, topics),
};

/** A batch that fails alone is rolled back before the next one of its group runs. */
function insert(batch: JournalBatch): ReturnType<StoreFile['insert']> {
  try {
    return store.insert(batch);
  } catch (error) {
    store.topics.forget();
    throw error;
  }
}

serveWorker(handlers, async () => {
  await writes.close();
  store.close();
});
