import { join } from 'node:path';

import { describe, expect, it, onTestFinished } from 'vitest';

import { DiskFullError, GroupCommit, openDatabase } from '../src/index.ts';
import type { Database, GroupLimits } from '../src/index.ts';
import { scratchFolder } from './scratch.ts';

interface Rig {
  database: Database;
  group: GroupCommit;
  /** What another connection sees. */
  committed: () => number[];
  add: (n: number, size?: number) => Promise<number>;
}

async function rig(limits: GroupLimits = {}): Promise<Rig> {
  const path = join(await scratchFolder(), 'd.sqlite');
  const migrations = [{ version: 1, up: 'CREATE TABLE t (n INTEGER PRIMARY KEY, filler TEXT)' }];
  const database = openDatabase(path, { migrations, durability: 'kill-safe' });
  const reader = openDatabase(path, { migrations, durability: 'kill-safe', readOnly: true });
  const group = new GroupCommit(database, limits);
  onTestFinished(async () => {
    await group.close();
    database.close();
    reader.close();
  });
  return {
    database,
    group,
    committed: () =>
      reader
        .prepare<{ n: number }>('SELECT n FROM t ORDER BY n')
        .all()
        .map(({ n }) => n),
    add: (n, size = 0) => group.run(() => (database.prepare('INSERT INTO t (n) VALUES (?)').run(n), n), size),
  };
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('group commit', () => {
  it('settles a job only once another connection can see what it wrote', async () => {
    const { add, committed } = await rig();
    const one = add(1).then(() => committed());
    expect(committed()).toEqual([]);
    expect(await one).toEqual([1]);
  });

  it('commits at once when idle: in the next turn of the event loop', async () => {
    const { add, committed } = await rig();
    void add(1);
    await nextTurn();
    expect(committed()).toEqual([1]);
  });

  it('puts what has arrived meanwhile into one transaction, and settles in order', async () => {
    const { add, committed } = await rig();
    const order: number[] = [];
    const seen: number[] = [];
    const jobs = [1, 2, 3].map((n) =>
      add(n).then(() => {
        order.push(n);
        seen.push(committed().length);
      }),
    );
    await Promise.all(jobs);
    expect(order).toEqual([1, 2, 3]);
    expect(seen).toEqual([3, 3, 3]);
  });

  it('closes a group once it has enough bytes, and leaves the rest to the next', async () => {
    const { add, committed } = await rig({ bytes: 100 });
    const all = Promise.all([add(1, 60), add(2, 40), add(3, 1), add(4, 500), add(5, 1)]);
    const steps = [];
    for (let turn = 0; turn < 4; turn++) {
      await nextTurn();
      steps.push(committed().length);
    }
    expect(steps).toEqual([2, 3, 4, 5]);
    await all;
  });

  it('closes a group once its time is over', async () => {
    const { add, committed } = await rig({ milliseconds: -1 });
    const all = Promise.all([add(1), add(2)]);
    await nextTurn();
    expect(committed()).toEqual([1]);
    await all;
  });

  it('fails a failing job alone and undoes all of it', async () => {
    const { add, group, database, committed } = await rig();
    const failing = group.run(() => {
      database.prepare('INSERT INTO t (n) VALUES (?)').run(7);
      throw new RangeError('refused');
    });
    const outcomes = await Promise.allSettled([add(1), failing, add(1), add(2)]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    await expect(failing).rejects.toThrow(RangeError);
    expect(committed()).toEqual([1, 2]);
  });

  it('fails every job of the group when the disk is full, and goes on when there is room', async () => {
    const { add, group, database, committed } = await rig();
    const { page_count: pages } = database.prepare<{ page_count: number }>('PRAGMA page_count').get()!;
    database.exec(`PRAGMA max_page_count = ${pages}`);
    const fill = (): unknown => database.prepare('INSERT INTO t VALUES (?, ?)').run(2, 'x'.repeat(200_000));
    const outcomes = await Promise.allSettled([add(1), group.run(fill)]);
    for (const outcome of outcomes) expect(outcome).toMatchObject({ reason: expect.any(DiskFullError) as unknown });
    expect(committed()).toEqual([]);
    database.exec('PRAGMA max_page_count = 100000');
    await expect(add(3)).resolves.toBe(3);
    expect(committed()).toEqual([3]);
  });

  it('does not keep part of a group whose job hid that the transaction was lost', async () => {
    const { add, group, database, committed } = await rig();
    const hiding = group.run(() => {
      database.exec('ROLLBACK');
    });
    const outcomes = await Promise.allSettled([add(1), hiding, add(2)]);
    expect(outcomes.map(({ status }) => status)).toContain('rejected');
    for (const [index, outcome] of outcomes.entries()) {
      if (index !== 1 && outcome.status === 'fulfilled') expect(committed()).toContain(outcome.value);
    }
    await expect(add(4)).resolves.toBe(4);
  });

  it('fails everybody when the database cannot be written or is held by another', async () => {
    const { add, database, committed } = await rig();
    database.exec('PRAGMA query_only = ON');
    const readOnly = await Promise.allSettled([add(1), add(2)]);
    for (const outcome of readOnly) expect(outcome).toMatchObject({ reason: { code: 'database-read-only' } });
    database.exec('PRAGMA query_only = OFF; PRAGMA busy_timeout = 0');
    using other = openDatabase(database.path, { migrations: [{ version: 1, up: '' }], durability: 'kill-safe' });
    other.exec('BEGIN IMMEDIATE');
    const busy = await Promise.allSettled([add(1), add(2)]);
    for (const outcome of busy) expect(outcome).toMatchObject({ reason: { code: 'database-busy' } });
    other.exec('ROLLBACK');
    await add(3);
    expect(committed()).toEqual([3]);
  });

  it('lets a job use transactions of its own', async () => {
    const { group, database, committed } = await rig();
    await group.run(() => {
      database.transaction(() => {
        database.exec('INSERT INTO t (n) VALUES (1)');
      });
      expect(() => {
        database.transaction(() => {
          database.exec('INSERT INTO t (n) VALUES (2); INSERT INTO t (n) VALUES (1)');
        });
      }).toThrow('UNIQUE');
    });
    expect(committed()).toEqual([1]);
  });

  it('commits what it has before it closes, and takes nothing after', async () => {
    const { add, group, committed } = await rig({ bytes: 1 });
    const jobs = Promise.all([add(1, 1), add(2, 1), add(3, 1)]);
    await group.close();
    expect(committed()).toEqual([1, 2, 3]);
    await jobs;
    await expect(add(4)).rejects.toMatchObject({ code: 'writes-closed' });
    await group.close();
  });
});
