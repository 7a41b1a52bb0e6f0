import { DatabaseBusyError, DatabaseReadOnlyError, DatabaseUnusableError, DiskFullError } from './errors.ts';
import type { DatabaseFailure } from './errors.ts';

/** Primary result codes of SQLite (sqlite.org/rescode.html) that say the file or the disk is at fault, not a statement. */
const failures = new Map<number, new (path: string, cause: unknown) => DatabaseFailure>([
  [5, DatabaseBusyError],
  [8, DatabaseReadOnlyError],
  [10, DatabaseUnusableError],
  [11, DatabaseUnusableError],
  [13, DiskFullError],
  [14, DatabaseUnusableError],
  [26, DatabaseUnusableError],
]);

/** The typed error for an SQLite failure of the whole database, undefined for anything else (a constraint, a bug). */
export function databaseFailure(path: string, error: unknown): DatabaseFailure | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined;
  const Failure = failures.get(error.errcode & 0xff);
  return Failure && new Failure(path, error);
}
