import { workerData } from 'node:worker_threads';

import { GroupCommit, openDatabase, serveWorker, transferring } from '../../src/index.ts';

const { path } = workerData as { path: string };
const database = openDatabase(path, {
  durability: 'kill-safe',
  migrations: [{ version: 1, up: 'CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL)' }],
});
const writes = new GroupCommit(database);

const handlers = {
  add: (text: string): Promise<number> =>
    writes.run(() => Number(database.prepare('INSERT INTO note (text) VALUES (?)').run(text).lastInsertRowid)),
  all: (): string[] =>
    database
      .prepare<{ text: string }>('SELECT text FROM note ORDER BY id')
      .all()
      .map((row) => row.text),
  reverse: (bytes: Uint8Array<ArrayBuffer>) => transferring(bytes.reverse(), [bytes.buffer]),
  refuse: (name: string): never => {
    throw Object.assign(new RangeError(`no ${name}`), { code: 'refused', item: 'name', value: name, remedy: 'Ask.' });
  },
  unclonable: () => () => 1,
  untilClosed: () =>
    new Promise<string>((resolve) => {
      served.closing.addEventListener('abort', () => {
        resolve('closed');
      });
    }),
  /** Blocks the thread until the flag is set. */
  block: (flag: Int32Array) => Atomics.wait(flag, 0, 0),
  crash: () => {
    setImmediate(() => {
      throw new Error('planned crash');
    });
    return new Promise<never>(() => undefined);
  },
  exit: () => process.exit(3),
};
export type NotesWorker = typeof handlers;

const served = serveWorker(handlers, () => {
  database.close();
});
