import { workerData } from 'node:worker_threads';

import { GroupCommit, openDatabase, serveWorker } from '@volttron-ts/storage';

import { certificateHandlers } from './certificates/certificate-worker.ts';
import type { Attempt, EnrolmentRequest, Limits, RequestStatus } from './enrolment-request.ts';
import { KeyRequests } from './key-requests.ts';
import type { Outcome, OwedStep, Verdict } from './key-requests.ts';
import { migrations } from './migrations.ts';

const { path, limits } = workerData as { path: string; limits: Limits };
const database = openDatabase(path, { durability: 'power-safe', migrations });
const writes = new GroupCommit(database);
const requests = new KeyRequests(database, limits);

const handlers = {
  record: (attempts: readonly Attempt[]): Promise<void> =>
    writes.run(() => {
      requests.record(attempts);
    }),
  list: (status: RequestStatus | undefined): EnrolmentRequest[] => requests.list(status),
  get: (id: string): EnrolmentRequest | undefined => requests.get(id),
  decide: (verdict: Verdict): Promise<Outcome> => writes.run(() => requests.decide(verdict)),
  owed: (): OwedStep[] => requests.owed(),
  settle: (step: { id: string; seq: number; problem?: string }): Promise<void> =>
    writes.run(() => {
      requests.settle(step);
    }),
  ...certificateHandlers(database, writes, limits),
};
export type EnrolmentWorker = typeof handlers;

serveWorker(handlers, async () => {
  await writes.close();
  database.close();
});
