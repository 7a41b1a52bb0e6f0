import { GroupCommit, openDatabase, serveWorker } from '../../src/index.ts';

const migrations = [{ version: 1, up: 'CREATE TABLE reading (id INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT' }];
const database = openDatabase(':memory:', { migrations, durability: 'kill-safe' });
const writes = new GroupCommit(database);
const insert = database.prepare('INSERT INTO reading (body) VALUES (?)');
const handlers = { append: (body: Uint8Array) => writes.run(() => insert.run(body).lastInsertRowid, body.length) };
export type ReadingWorker = typeof handlers;
serveWorker(handlers, () => {
  database.close();
});
