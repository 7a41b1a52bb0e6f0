import { workerData } from 'node:worker_threads';

import { GroupCommit, serveWorker, transferring } from '@volttron-ts/storage';
import { unpackRecords } from '@volttron-ts/vip-core';
import type { JournalAppendAnswer, JournalCommit, JournalReadRequest } from '@volttron-ts/vip-core';

import type { JournalBatch } from './check-batch.ts';
import { JournalFile } from './journal-file.ts';
import type { JournalFileOptions, JournalStatus } from './journal-file.ts';
import type { CursorStatus } from './cursors.ts';
import type { PublisherMark } from './publisher-marks.ts';
import { ReadQueue } from './read-queue.ts';

/** What the worker answers to. */
export type JournalWorker = Pick<Methods, keyof Methods>;
interface Methods {
  status: () => JournalStatus;
  cursors: () => CursorStatus[];
  publishers: () => PublisherMark[];
  /** Packed records without sequence and origin; settles when they are committed, with the indices of those refused. */
  capture: (packed: Uint8Array) => Promise<readonly number[]>;
  append: (request: { user: string; batch: JournalBatch }) => Promise<JournalAppendAnswer>;
  read: (request: JournalReadRequest) => Promise<JournalBatch>;
  commit: (commit: JournalCommit) => Promise<void>;
}

/** Trimming looks for work this often, ms. */
const TRIM_INTERVAL = 10_000;

const journal = new JournalFile(workerData as JournalFileOptions);
const writes = new GroupCommit(journal.database);
const reads = new ReadQueue((request) => journal.read(request));

const handlers = {
  status: () => journal.status(),
  cursors: () => journal.cursors(),
  publishers: () => journal.publisherMarks(),
  capture: async (packed: Uint8Array): Promise<number[]> => {
    const records = unpackRecords(packed);
    // Within its transaction, too: the next capture may be part of the same one.
    const refusing = <T>(work: () => T): T => {
      try {
        return work();
      } catch (error) {
        journal.publishers.refuse(records);
        throw error;
      }
    };
    const refused = await writes
      .run(() => refusing(() => journal.capture(records)), packed.length)
      .catch((error: unknown) =>
        refusing(() => {
          throw error;
        }),
      );
    reads.wake();
    return refused;
  },
  append: async ({ user, batch }: { user: string; batch: JournalBatch }) => {
    const answer = await writes.run(() => journal.append(user, batch), batch.records.length);
    reads.wake();
    return answer;
  },
  read: async (request: JournalReadRequest) => {
    if (!journal.hasCursor(request.cursor)) {
      await writes.run(() => {
        journal.createCursor(request.cursor);
      });
    }
    const batch = await reads.read(request);
    return transferring(batch, [batch.records.buffer as ArrayBuffer]);
  },
  commit: (commit: JournalCommit) =>
    writes.run(() => {
      journal.commit(commit);
    }),
};

const trimming = setInterval(() => void trim(), TRIM_INTERVAL);
void trim();

async function trim(): Promise<void> {
  try {
    while (await writes.run(() => journal.trim())) await new Promise(setImmediate);
  } catch {
    // A full disk or a closing journal: the next interval tries again.
  }
}

const served = serveWorker(handlers, async () => {
  clearInterval(trimming);
  await writes.close();
  journal.close();
});
served.closing.addEventListener('abort', () => {
  reads.close();
});
