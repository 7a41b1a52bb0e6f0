/** What an error says besides its message. */
interface Details {
  readonly item: string;
  readonly value?: unknown;
  readonly remedy?: string | undefined;
  readonly cause?: unknown;
}

/** Base of every error of this room: a stable `code`, and what a person needs to go on. */
export class StorageError extends Error {
  override readonly name: string = 'StorageError';
  readonly code: string;
  readonly item: string;
  readonly value: unknown;
  readonly remedy: string | undefined;

  constructor(code: string, message: string, details: Details) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.item = details.item;
    this.value = details.value;
    this.remedy = details.remedy;
  }
}

const because = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

export class FileMissingError extends StorageError {
  override readonly name = 'FileMissingError';
  constructor(path: string, cause?: unknown) {
    super('file-missing', `The file "${path}" does not exist.`, {
      item: 'file',
      value: path,
      remedy: 'Create it, or correct the path.',
      cause,
    });
  }
}

export class FileUnreadableError extends StorageError {
  override readonly name = 'FileUnreadableError';
  constructor(path: string, cause: unknown) {
    super('file-unreadable', `The file "${path}" cannot be read: ${because(cause)}.`, {
      item: 'file',
      value: path,
      remedy: 'Check its owner and mode.',
      cause,
    });
  }
}

/** The file keeps its former content. */
export class FileUnwritableError extends StorageError {
  override readonly name = 'FileUnwritableError';
  constructor(path: string, cause: unknown) {
    super('file-unwritable', `The file "${path}" cannot be written: ${because(cause)}.`, {
      item: 'file',
      value: path,
      remedy: 'Check the folder, its owner and mode, and the free space of the disk.',
      cause,
    });
  }
}

/** `line` and `column` count from 1; a column is a UTF-16 unit. */
export class JsonFileError extends StorageError {
  override readonly name = 'JsonFileError';
  readonly line: number;
  readonly column: number;

  constructor(path: string, place: { line: number; column: number; problem: string }, cause: unknown) {
    super(
      'json-file',
      `The file "${path}" is not JSON: ${place.problem} at line ${place.line}, column ${place.column}.`,
      {
        item: 'file',
        value: path,
        remedy: 'Correct the file at that place.',
        cause,
      },
    );
    this.line = place.line;
    this.column = place.column;
  }
}

export class JsonValueError extends StorageError {
  override readonly name = 'JsonValueError';
  constructor(path: string, cause: unknown) {
    super('json-value', `The value for the file "${path}" has no JSON form: ${because(cause)}.`, {
      item: 'file',
      value: path,
      remedy: 'Pass objects, arrays, strings, finite numbers, booleans and null, without cycles.',
      cause,
    });
  }
}

/** The list of migrations itself is wrong: a mistake in the program, not in the file. */
export class MigrationListError extends StorageError {
  override readonly name = 'MigrationListError';
  constructor(found: readonly number[]) {
    super('migration-list', `Migrations are numbered 1, 2, 3, … without gaps; found ${found.join(', ')}.`, {
      item: 'migrations',
      value: found,
      remedy: 'Number them in order.',
    });
  }
}

/** The migration was rolled back; `backup` is the copy made before, if there was anything to copy. */
export class MigrationFailedError extends StorageError {
  override readonly name = 'MigrationFailedError';
  constructor(path: string, version: number, backup: string | undefined, cause: unknown) {
    super('migration-failed', `Migration ${version} of the database "${path}" failed: ${because(cause)}.`, {
      item: 'database',
      value: path,
      remedy:
        backup === undefined
          ? 'Nothing was changed by it.'
          : `Nothing was changed by it; the former state also lies in "${backup}".`,
      cause,
    });
  }
}

export class DatabaseNewerError extends StorageError {
  override readonly name = 'DatabaseNewerError';
  constructor(path: string, found: number, known: number) {
    super('database-newer', `The database "${path}" has version ${found}; this release knows ${known} at most.`, {
      item: 'database',
      value: path,
      remedy: `Run the newer release, or put the copy "${path}.v${known}.bak" back if it exists.`,
    });
  }
}

/** Only a writer migrates. */
export class DatabaseOlderError extends StorageError {
  override readonly name = 'DatabaseOlderError';
  constructor(path: string, found: number, known: number) {
    super('database-older', `The database "${path}" has version ${found}, reading it takes version ${known}.`, {
      item: 'database',
      value: path,
      remedy: 'Start the platform once, which brings it forward.',
    });
  }
}

/** The file or the disk is at fault, not a statement: whatever was in the transaction is lost. */
export class DatabaseFailure extends StorageError {
  override readonly name: string = 'DatabaseFailure';
}

/** Not a database, damaged, missing, or not ours to open. */
export class DatabaseUnusableError extends DatabaseFailure {
  override readonly name = 'DatabaseUnusableError';
  constructor(path: string, cause: unknown) {
    super('database-unusable', `The database "${path}" cannot be used: ${because(cause)}.`, {
      item: 'database',
      value: path,
      remedy: 'Check the path, its owner and mode; if the file is damaged, put a copy back.',
      cause,
    });
  }
}

export class DiskFullError extends DatabaseFailure {
  override readonly name = 'DiskFullError';
  constructor(path: string, cause: unknown) {
    super('disk-full', `The database "${path}" cannot grow: ${because(cause)}.`, {
      item: 'database',
      value: path,
      remedy: 'Free some disk space; nothing of the failed write was kept.',
      cause,
    });
  }
}

export class DatabaseReadOnlyError extends DatabaseFailure {
  override readonly name = 'DatabaseReadOnlyError';
  constructor(path: string, cause: unknown) {
    super('database-read-only', `The database "${path}" cannot be written: ${because(cause)}.`, {
      item: 'database',
      value: path,
      remedy: "Check the file's and the folder's owner and mode, and how the disk is mounted.",
      cause,
    });
  }
}

export class DatabaseBusyError extends DatabaseFailure {
  override readonly name = 'DatabaseBusyError';
  constructor(path: string, cause: unknown) {
    super('database-busy', `Another process holds the database "${path}".`, {
      item: 'database',
      value: path,
      remedy: 'Stop the other process, or try again.',
      cause,
    });
  }
}

export class WritesClosedError extends StorageError {
  override readonly name = 'WritesClosedError';
  constructor(path: string) {
    super('writes-closed', `The database "${path}" is being closed and takes no more writes.`, {
      item: 'database',
      value: path,
      remedy: 'Write before closing, or open it anew.',
    });
  }
}

/** SQLite's transactions are synchronous; a promise would run on after COMMIT. */
export class AsyncTransactionError extends StorageError {
  override readonly name = 'AsyncTransactionError';
  constructor(path: string) {
    super('async-transaction', `A transaction on the database "${path}" returned a promise.`, {
      item: 'database',
      value: path,
      remedy: 'Do all of its work synchronously.',
    });
  }
}

/** The worker ended without being asked; `cause` is what it threw, if it threw. */
export class WorkerCrashedError extends StorageError {
  override readonly name = 'WorkerCrashedError';
  constructor(worker: string, exitCode: number | undefined, cause: unknown) {
    const how = cause === undefined ? `with exit code ${exitCode ?? 'unknown'}` : `by ${because(cause)}`;
    super('worker-crashed', `The worker "${worker}" ended ${how}.`, {
      item: 'worker',
      value: worker,
      remedy: 'Start it anew; what it had answered is kept, what it had not may or may not be.',
      cause,
    });
  }
}

/** The worker was closed, or the thread at the other end of this port is gone. */
export class WorkerClosedError extends StorageError {
  override readonly name = 'WorkerClosedError';
  constructor(worker: string) {
    super('worker-closed', `The worker "${worker}" is closed.`, {
      item: 'worker',
      value: worker,
      remedy: 'Start it anew.',
    });
  }
}

export class NotInWorkerError extends StorageError {
  override readonly name = 'NotInWorkerError';
  constructor() {
    super('not-in-worker', 'serveWorker was called on the main thread.', {
      item: 'thread',
      remedy: 'Call it in the module that startWorker loads.',
    });
  }
}

export class UnknownMethodError extends StorageError {
  override readonly name = 'UnknownMethodError';
  constructor(method: string) {
    super('unknown-method', `The worker has no method "${method}".`, {
      item: 'method',
      value: method,
      remedy: 'Start the worker whose type the caller declares.',
    });
  }
}

/** How an error travels between threads: a structured clone alone would lose `code` and the rest. */
export interface CarriedError {
  readonly name: string;
  readonly code: string;
  readonly message: string;
  readonly item?: string | undefined;
  readonly value?: string | number | boolean | undefined;
  readonly remedy?: string | undefined;
  readonly stack?: string | undefined;
}

/** A handler in the worker threw; `code`, `item`, `value` and `remedy` are those of what it threw. */
export class WorkerRequestError extends StorageError {
  override readonly name = 'WorkerRequestError';
  /** Name of the error's class in the worker. */
  readonly remoteName: string;

  constructor(method: string, carried: CarriedError) {
    super(carried.code, carried.message, {
      item: carried.item ?? method,
      value: carried.value,
      remedy: carried.remedy,
      cause: carried.stack,
    });
    this.remoteName = carried.name;
  }
}
