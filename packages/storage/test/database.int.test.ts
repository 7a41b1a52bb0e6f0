import { chmod, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it, onTestFinished } from 'vitest';

import { openDatabase } from '../src/index.ts';
import type { Database, DatabaseOptions, Migration } from '../src/index.ts';
import { scratchFolder } from './scratch.ts';

const first: Migration = {
  version: 1,
  up: 'CREATE TABLE a (x INTEGER PRIMARY KEY, y TEXT); INSERT INTO a VALUES (1, 1)',
};
const second: Migration = {
  version: 2,
  up: (database) => {
    database.exec('ALTER TABLE a ADD COLUMN z TEXT');
    database.prepare('UPDATE a SET z = ?').run('new');
  },
};
const failing: Migration = { version: 3, up: 'CREATE TABLE b (x); INSERT INTO nowhere VALUES (1)' };

function open(
  path: string,
  migrations: readonly Migration[] = [first],
  options: Partial<DatabaseOptions> = {},
): Database {
  const database = openDatabase(path, { migrations, durability: 'kill-safe', ...options });
  onTestFinished(() => {
    database.close();
  });
  return database;
}

const file = async (): Promise<string> => join(await scratchFolder(), 'd.sqlite');
const pragma = (database: Database, name: string): unknown =>
  Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0];

describe('openDatabase', () => {
  it.each([
    ['kill-safe', 1],
    ['power-safe', 2],
  ] as const)('sets a %s database up', async (durability, synchronous) => {
    const path = await file();
    const database = open(path, [first], { durability });
    expect(pragma(database, 'journal_mode')).toBe('wal');
    expect(pragma(database, 'synchronous')).toBe(synchronous);
    expect(pragma(database, 'foreign_keys')).toBe(1);
    expect(pragma(database, 'busy_timeout')).toBe(5000);
    expect(pragma(database, 'user_version')).toBe(1);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(`${path}-wal`)).mode & 0o777).toBe(0o600);
  });

  it('takes :memory:', () => {
    expect(open(':memory:').prepare('SELECT y FROM a').get()).toEqual({ y: '1' });
  });

  it('brings an older file forward, once, and keeps a copy of it with its mode', async () => {
    const path = await file();
    open(path).close();
    await chmod(path, 0o640);
    open(path, [first, second]).close();
    const database = open(path, [first, second]);
    expect(database.prepare('SELECT * FROM a').all()).toEqual([{ x: 1, y: '1', z: 'new' }]);
    const copy = open(`${path}.v1.bak`, [first]);
    expect(copy.prepare('SELECT * FROM a').all()).toEqual([{ x: 1, y: '1' }]);
    expect((await stat(`${path}.v1.bak`)).mode & 0o777).toBe(0o640);
  });

  it('copies nothing of a new file', async () => {
    const path = await file();
    open(path, [first, second]).close();
    expect(await readdir(join(path, '..'))).toEqual(['d.sqlite']);
  });

  it('overwrites the rests of a migration that was killed', async () => {
    const path = await file();
    open(path).close();
    await writeFile(`${path}.v1.bak`, 'torn');
    await writeFile(`${path}.v1.bak.tmp`, 'torn');
    open(path, [first, second]).close();
    expect(open(`${path}.v1.bak`, [first]).prepare('SELECT y FROM a').all()).toHaveLength(1);
  });

  it('rolls a failing migration back as a whole, keeps those before, and names file and copy', async () => {
    const path = await file();
    open(path).close();
    expect(() => open(path, [first, second, failing])).toThrow(
      expect.objectContaining({
        code: 'migration-failed',
        message: `Migration 3 of the database "${path}" failed: no such table: nowhere.`,
        remedy: `Nothing was changed by it; the former state also lies in "${path}.v1.bak".`,
      }),
    );
    const database = open(path, [first, second]);
    expect(pragma(database, 'user_version')).toBe(2);
    expect(database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all()).toEqual([{ name: 'a' }]);
  });

  it('lets a migration rebuild a table that others refer to, but not break a reference', async () => {
    const path = await file();
    const parent: Migration = {
      version: 1,
      up: `CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (p INTEGER REFERENCES p(id));
           INSERT INTO p VALUES (1); INSERT INTO c VALUES (1)`,
    };
    const rebuild: Migration = {
      version: 2,
      up: `CREATE TABLE n (id INTEGER PRIMARY KEY, t TEXT); INSERT INTO n SELECT id, '' FROM p;
           DROP TABLE p; ALTER TABLE n RENAME TO p`,
    };
    open(path, [parent, rebuild]).close();
    expect(() => open(path, [parent, rebuild, { version: 3, up: 'DELETE FROM p' }])).toThrow('rows of table "c" refer');
    const database = open(path, [parent, rebuild]);
    expect(() => database.prepare('DELETE FROM p').run()).toThrow('FOREIGN KEY constraint failed');
  });

  it('refuses a newer file and leaves it alone', async () => {
    const path = await file();
    open(path, [first, second]).close();
    expect(() => open(path, [first])).toThrow(
      expect.objectContaining({
        code: 'database-newer',
        message: `The database "${path}" has version 2; this release knows 1 at most.`,
      }),
    );
    expect(pragma(open(path, [first, second]), 'user_version')).toBe(2);
  });

  it('reads without writing, and only the version it knows', async () => {
    const path = await file();
    open(path).close();
    const database = open(path, [first], { readOnly: true });
    expect(database.prepare('SELECT y FROM a').get()).toEqual({ y: '1' });
    expect(() => {
      database.transaction(() => {
        database.exec('DELETE FROM a');
      });
    }).toThrow(expect.objectContaining({ code: 'database-read-only' }));
    expect(() => open(path, [first, second], { readOnly: true })).toThrow(
      expect.objectContaining({ code: 'database-older' }),
    );
  });

  it('refuses what is no database, and what is not there to be read', async () => {
    const path = await file();
    await writeFile(path, 'no database at all, and longer than a header of SQLite would be, so that it is looked at');
    expect(() => open(path)).toThrow(expect.objectContaining({ code: 'database-unusable', value: path }));
    expect(() => open(join(path, 'x'))).toThrow(expect.objectContaining({ code: 'database-unusable' }));
    expect(() => open(`${path}.none`, [first], { readOnly: true })).toThrow(
      expect.objectContaining({ code: 'database-unusable' }),
    );
  });

  it('refuses migrations that are not numbered in order', () => {
    expect(() => open(':memory:', [second])).toThrow(expect.objectContaining({ code: 'migration-list', value: [2] }));
  });

  it('says that another process holds the file', async () => {
    const path = await file();
    const [one, other] = [open(path), open(path)];
    other.exec('PRAGMA busy_timeout = 0');
    one.transaction(() => {
      expect(() => {
        other.transaction(() => undefined);
      }).toThrow(expect.objectContaining({ code: 'database-busy' }));
    });
  });
});

describe('a database', () => {
  const insert = (database: Database, x: number): void => {
    database.prepare('INSERT INTO a (x) VALUES (?)').run(x);
  };
  const values = (database: Database): unknown[] =>
    database
      .prepare('SELECT x FROM a ORDER BY x')
      .all()
      .map((row) => row['x']);

  it('answers integers as bigint where asked', () => {
    const database = open(':memory:');
    const big = 2n ** 62n;
    database.prepare('INSERT INTO a (x) VALUES (:x)').run({ x: big });
    const sql = 'SELECT x FROM a WHERE x > 1';
    expect(database.prepare<{ x: bigint }>(sql, { bigints: true }).get()).toEqual({ x: big });
    expect(() => database.prepare(sql).get()).toThrow(RangeError);
  });

  it('prepares a text once', () => {
    const database = open(':memory:');
    expect(database.prepare('SELECT 1')).toBe(database.prepare('SELECT 1'));
    expect(database.prepare('SELECT 1')).not.toBe(database.prepare('SELECT 1', { bigints: true }));
  });

  it('iterates over the same text inside its own iteration', () => {
    const database = open(':memory:');
    insert(database, 2);
    const all = database.prepare<{ x: number }>('SELECT x FROM a ORDER BY x');
    const pairs = [];
    for (const outer of all.iterate()) for (const inner of all.iterate()) pairs.push([outer.x, inner.x]);
    expect(pairs).toEqual([
      [1, 1],
      [1, 2],
      [2, 1],
      [2, 2],
    ]);
  });

  it('commits what a transaction did, answers its result, and rolls back when it throws', () => {
    const database = open(':memory:');
    expect(database.transaction(() => (insert(database, 2), 'done'))).toBe('done');
    const failing = (): never => {
      insert(database, 3);
      throw new RangeError('no');
    };
    expect(() => database.transaction(failing)).toThrow(RangeError);
    expect(values(database)).toEqual([1, 2]);
    expect(database.inTransaction).toBe(false);
  });

  it('rolls an inner transaction back alone', () => {
    const database = open(':memory:');
    database.transaction(() => {
      insert(database, 2);
      expect(() => {
        database.transaction(() => {
          insert(database, 3);
          insert(database, 3);
        });
      }).toThrow('UNIQUE');
      database.transaction(() => {
        insert(database, 4);
      });
    });
    expect(values(database)).toEqual([1, 2, 4]);
  });

  it('refuses a transaction that is not over when it returns', () => {
    const database = open(':memory:');
    const late = async (): Promise<void> => {
      insert(database, 2);
      await Promise.resolve();
    };
    expect(() => database.transaction(late)).toThrow(expect.objectContaining({ code: 'async-transaction' }));
    expect(values(database)).toEqual([1]);
  });

  it('names a full disk, and works on when there is room again', async () => {
    const database = open(await file());
    database.exec(`PRAGMA max_page_count = ${String(pragma(database, 'page_count'))}`);
    const fill = (): void => {
      database.transaction(() => database.prepare('INSERT INTO a (y) VALUES (?)').run('x'.repeat(100_000)));
    };
    expect(fill).toThrow(expect.objectContaining({ code: 'disk-full' }));
    database.exec('PRAGMA max_page_count = 100000');
    fill();
    expect(values(database)).toEqual([1, 2]);
  });
});
