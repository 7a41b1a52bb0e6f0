import { closeSync, openSync } from 'node:fs';

import { Database } from './database.ts';
import { DatabaseUnusableError, StorageError } from './errors.ts';
import { checkMigrations, checkVersion, migrate } from './migrate.ts';
import type { Migration } from './migrate.ts';
import { databaseFailure } from './sqlite-failure.ts';

/**
 * What a COMMIT survives. *kill-safe*: the death of the process (WAL, synchronous NORMAL). *power-safe*: also a power
 * failure (FULL).
 */
export type Durability = 'kill-safe' | 'power-safe';

export interface DatabaseOptions {
  readonly migrations: readonly Migration[];
  readonly durability: Durability;
  /** The file must exist and have the last version. */
  readonly readOnly?: boolean;
}

/**
 * Opens a database file, or `:memory:`, and brings it to the last migration. A new file has mode 0600.
 *
 * @throws DatabaseNewerError, DatabaseOlderError, MigrationFailedError, MigrationListError, DatabaseUnusableError, …
 */
export function openDatabase(path: string, { migrations, durability, readOnly = false }: DatabaseOptions): Database {
  checkMigrations(migrations);
  const database = open(path, readOnly);
  try {
    checkVersion(database, migrations, readOnly);
    if (!readOnly) {
      database.exec('PRAGMA journal_mode = WAL');
      database.exec(`PRAGMA synchronous = ${durability === 'power-safe' ? 'FULL' : 'NORMAL'}`);
      migrate(database, migrations);
    }
    return database;
  } catch (error) {
    database.close();
    throw error instanceof StorageError
      ? error
      : (databaseFailure(path, error) ?? new DatabaseUnusableError(path, error));
  }
}

function open(path: string, readOnly: boolean): Database {
  try {
    // SQLite would create it readable for all; its -wal and -shm take over the mode.
    if (!readOnly && path !== ':memory:') closeSync(openSync(path, 'a', 0o600));
    return new Database(path, readOnly);
  } catch (error) {
    throw new DatabaseUnusableError(path, error);
  }
}
