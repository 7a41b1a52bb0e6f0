import { chmodSync, closeSync, fsyncSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

import type { Database } from './database.ts';
import { DatabaseNewerError, DatabaseOlderError, MigrationFailedError, MigrationListError } from './errors.ts';

/** A step forward. Released ones never change; a mistake in one is mended by the next. */
export interface Migration {
  /** 1, 2, 3, … : the `user_version` of a database that has it. */
  readonly version: number;
  readonly up: string | ((database: Database) => void);
}

export function versionOf(database: Database): number {
  return database.prepare<{ user_version: number }>('PRAGMA user_version').get()?.user_version ?? 0;
}

/** @throws MigrationListError unless they are 1, 2, 3, … */
export function checkMigrations(migrations: readonly Migration[]): void {
  const versions = migrations.map(({ version }) => version);
  if (versions.some((version, index) => version !== index + 1)) throw new MigrationListError(versions);
}

/** @throws DatabaseNewerError, DatabaseOlderError */
export function checkVersion(database: Database, migrations: readonly Migration[], readOnly: boolean): void {
  const found = versionOf(database);
  const known = migrations.length;
  if (found > known) throw new DatabaseNewerError(database.path, found, known);
  if (readOnly && found < known) throw new DatabaseOlderError(database.path, found, known);
}

/**
 * Brings a database forward, each migration in a transaction of its own, after a copy to `<file>.v<N>.bak` when the
 * file already had a version.
 *
 * @throws MigrationFailedError
 */
export function migrate(database: Database, migrations: readonly Migration[]): void {
  const found = versionOf(database);
  if (found === migrations.length) return;
  const backup = found === 0 || database.path === ':memory:' ? undefined : backUp(database, found);
  // Rebuilding a table that others refer to takes foreign keys off (sqlite.org/lang_altertable.html §7);
  // the pragma does nothing inside a transaction. Each migration is checked as a whole before its COMMIT instead.
  database.exec('PRAGMA foreign_keys = OFF');
  try {
    for (const migration of migrations) step(database, migration, backup);
  } finally {
    database.exec('PRAGMA foreign_keys = ON');
  }
}

function step(database: Database, { version, up }: Migration, backup: string | undefined): void {
  try {
    database.transaction(() => {
      // Read under the write lock: another process may have done it meanwhile.
      if (versionOf(database) >= version) return;
      if (typeof up === 'string') database.exec(up);
      else up(database);
      const broken = database.prepare<{ table: string }>('PRAGMA foreign_key_check').get();
      if (broken !== undefined) throw new Error(`rows of table "${broken.table}" refer to rows that do not exist`);
      database.exec(`PRAGMA user_version = ${version}`);
    });
  } catch (error) {
    throw new MigrationFailedError(database.path, version, backup, error);
  }
}

/** Copies the database beside itself; the copy has its final name only once it is whole and on the disk. */
function backUp(database: Database, version: number): string {
  const backup = `${database.path}.v${version}.bak`;
  const unfinished = `${backup}.tmp`;
  rmSync(unfinished, { force: true });
  database.prepare('VACUUM INTO ?').run(unfinished);
  chmodSync(unfinished, statSync(database.path).mode & 0o777);
  sync(unfinished);
  renameSync(unfinished, backup);
  sync(dirname(backup));
  return backup;
}

function sync(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
