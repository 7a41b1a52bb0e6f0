import type { MessagePort } from 'node:worker_threads';

import { startWorker, workerUrl } from '@volttron-ts/storage';
import type { WorkerCrashedError, WorkerHandle } from '@volttron-ts/storage';
import type { JournalAppendAnswer, JournalCommit, JournalReadRequest, JournalSpan } from '@volttron-ts/vip-core';

import { rethrowCause } from '../worker-failure.ts';
import type { JournalBatch } from './check-batch.ts';
import type { CursorStatus } from './cursors.ts';
import type { JournalFileOptions, JournalStatus } from './journal-file.ts';
import type { JournalWorker } from './journal-worker.ts';

export interface JournalOptions extends Pick<JournalFileOptions, 'path' | 'instance' | 'durability' | 'retention'> {
  /** Called once if the worker thread dies; everything outstanding rejects. */
  readonly onCrash: (error: WorkerCrashedError) => void;
}

/** A journal, run by a worker thread of its own. */
export interface Journal {
  /** Random, as old as the file. */
  readonly id: string;
  readonly instance: string;
  /** A way in for the router's thread: transfer it there and give it to `connectJournalTap`. */
  tapPort(): MessagePort;
  /**
   * Reads by a cursor, from its committed position or after the given one. Waits for a first matching record up to
   * `waitMs`. A span without records still says how far nothing matched: append and commit it like any other.
   */
  read(request: JournalReadRequest): Promise<JournalBatch>;
  /** What is acknowledged may be trimmed. A position that is behind the committed one changes nothing. */
  commit(commit: JournalCommit): Promise<void>;
  /** Takes another journal's span; `user` is the sender as the bus verified it. An empty span asks for the position. */
  append(user: string, span: JournalSpan, records: Uint8Array): Promise<JournalAppendAnswer>;
  cursors(): Promise<readonly CursorStatus[]>;
  status(): Promise<JournalStatus>;
  /** Commits what it has taken, answers waiting readers and ends the thread. */
  close(): Promise<void>;
}

/** Opens or creates a journal file. Rejects with what opening the database says. */
export async function openJournal({ onCrash, ...file }: JournalOptions): Promise<Journal> {
  let opened = false;
  const worker: WorkerHandle<JournalWorker> = startWorker(workerUrl(import.meta.url, './journal-worker'), {
    workerData: file satisfies JournalFileOptions,
    onCrash: (error) => {
      if (opened) onCrash(error);
    },
  });
  const { id } = await worker.call('status', undefined).catch(rethrowCause);
  opened = true;
  return {
    id,
    instance: file.instance,
    tapPort: () => worker.openPort(),
    read: (request) => worker.call('read', request),
    commit: (commit) => worker.call('commit', commit),
    append: (user, span, records) => {
      // A clone of a view would carry the whole buffer behind it.
      const own = new Uint8Array(records);
      return worker.call('append', { user, batch: { span, records: own } }, [own.buffer]);
    },
    cursors: () => worker.call('cursors', undefined),
    status: () => worker.call('status', undefined),
    close: () => worker.close(),
  };
}
