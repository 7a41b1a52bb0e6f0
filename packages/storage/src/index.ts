/** Keeping things: atomic files, SQLite with migrations and group commit in a worker thread. @packageDocumentation */
export { replaceFileSync, writeFileAtomic } from './atomic-file.ts';
export type { WriteFileOptions } from './atomic-file.ts';
export type { Database } from './database.ts';
export type { SqlInput, SqlOutput, SqlParameters, SqlRow, Statement, StatementOptions } from './database.ts';
export {
  AsyncTransactionError,
  DatabaseBusyError,
  DatabaseFailure,
  DatabaseNewerError,
  DatabaseOlderError,
  DatabaseReadOnlyError,
  DatabaseUnusableError,
  DiskFullError,
  FileMissingError,
  FileUnreadableError,
  FileUnwritableError,
  JsonFileError,
  JsonValueError,
  MigrationFailedError,
  MigrationListError,
  NotInWorkerError,
  StorageError,
  UnknownMethodError,
  WorkerClosedError,
  WorkerCrashedError,
  WorkerRequestError,
  WritesClosedError,
} from './errors.ts';
export { GroupCommit } from './group-commit.ts';
export type { GroupLimits } from './group-commit.ts';
export { findJsonFault } from './json-fault.ts';
export type { JsonFault } from './json-fault.ts';
export { readJsonFile, writeJsonFile } from './json-file.ts';
export type { WriteJsonOptions } from './json-file.ts';
export type { Migration } from './migrate.ts';
export { openDatabase } from './open-database.ts';
export type { DatabaseOptions, Durability } from './open-database.ts';
export { readFileIfThere } from './read-file.ts';
export { serveWorker } from './serve-worker.ts';
export type { ServedWorker } from './serve-worker.ts';
export { connectWorkerPort, startWorker } from './worker-client.ts';
export type { WorkerCaller, WorkerHandle, WorkerPort, WorkerStart } from './worker-client.ts';
export { transferring } from './worker-messages.ts';
export type { WorkerApi } from './worker-messages.ts';
export { workerUrl } from './worker-url.ts';
export { watchFile } from './watch-file.ts';
export type { Timer } from './watch-file.ts';
