import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

import { connectWorkerPort, openDatabase, startWorker, WorkerClosedError, workerUrl } from '../src/index.ts';
import type { WorkerCrashedError, WorkerHandle } from '../src/index.ts';
import { describe, expect, it, onTestFinished, vi } from 'vitest';

import { scratchFolder } from './scratch.ts';
import type { NotesWorker } from './workers/notes-worker.ts';

const url = workerUrl(import.meta.url, './workers/notes-worker');

async function startNotes() {
  const path = join(await scratchFolder(), 'notes.sqlite');
  const crashes: WorkerCrashedError[] = [];
  const worker = startWorker<NotesWorker>(url, { workerData: { path }, onCrash: (error) => crashes.push(error) });
  onTestFinished(() => worker.close().catch(() => undefined));
  return { worker, crashes, path };
}

function readNotes(path: string): unknown[] {
  using database = openDatabase(path, {
    durability: 'kill-safe',
    readOnly: true,
    migrations: [{ version: 1, up: '' }],
  });
  return database
    .prepare('SELECT text FROM note ORDER BY id')
    .all()
    .map((row) => row['text']);
}

describe('a worker', () => {
  it('answers requests in the order of the calls', async () => {
    const { worker } = await startNotes();
    const ids = await Promise.all(['a', 'b', 'c'].map((text) => worker.call('add', text)));
    expect(ids).toEqual([1, 2, 3]);
    expect(await worker.call('all', undefined)).toEqual(['a', 'b', 'c']);
  });

  it('moves buffers there and back', async () => {
    const { worker } = await startNotes();
    const bytes = new Uint8Array([1, 2, 3]);
    const answer = await worker.call('reverse', bytes, [bytes.buffer]);
    expect([...answer]).toEqual([3, 2, 1]);
    expect(bytes.byteLength).toBe(0);
  });

  it('carries an error with its code, item, value and remedy', async () => {
    const { worker } = await startNotes();
    await expect(worker.call('refuse', 'entry')).rejects.toMatchObject({
      name: 'WorkerRequestError',
      remoteName: 'RangeError',
      code: 'refused',
      message: 'no entry',
      item: 'name',
      value: 'entry',
      remedy: 'Ask.',
    });
  });

  it('rejects what cannot be cloned, either way, and goes on', async () => {
    const { worker } = await startNotes();
    await expect(worker.call('unclonable', undefined)).rejects.toMatchObject({ remoteName: 'DataCloneError' });
    await expect(worker.call('add', (() => 1) as unknown as string)).rejects.toMatchObject({ name: 'DataCloneError' });
    await expect(worker.call('add', 'after')).resolves.toBe(1);
  });

  it('says so when asked for a method it does not have', async () => {
    const { worker } = await startNotes();
    const other = worker as unknown as WorkerHandle<{ missing: (request: number) => void }>;
    await expect(other.call('missing', 1)).rejects.toMatchObject({ code: 'unknown-method', value: 'missing' });
  });

  it('serves further ports, also from another thread', async () => {
    const { worker, path } = await startNotes();
    const port = worker.openPort();
    const other = new Worker(workerUrl(import.meta.url, './workers/port-user'), {
      workerData: { port },
      transferList: [port],
    });
    const answer = await new Promise((resolve) => other.once('message', resolve));
    expect(answer).toEqual([1, 2, 3]);
    const here = connectWorkerPort<NotesWorker>(worker.openPort(), 'notes');
    expect(await here.call('add', 'here')).toBe(4);
    here.close();
    await expect(here.call('add', 'late')).rejects.toBeInstanceOf(WorkerClosedError);
    await worker.close();
    expect(readNotes(path)).toEqual(['port 0', 'port 1', 'port 2', 'here']);
  });

  it('answers what it has received on any port before it ends', async () => {
    const { worker, path, crashes } = await startNotes();
    const port = connectWorkerPort<NotesWorker>(worker.openPort(), 'notes');
    await port.call('add', 'first');
    const waiting = worker.call('untilClosed', undefined);
    const pending = Array.from({ length: 200 }, (_, n) => (n % 2 === 0 ? worker : port).call('add', `n ${n}`));
    await worker.close();
    await expect(waiting).resolves.toBe('closed');
    expect(new Set(await Promise.all(pending)).size).toBe(200);
    expect(readNotes(path)).toHaveLength(201);
    expect(crashes).toEqual([]);
    await expect(worker.call('add', 'late')).rejects.toBeInstanceOf(WorkerClosedError);
    await expect(port.call('add', 'late')).rejects.toBeInstanceOf(WorkerClosedError);
  });

  it('answers what was sent to another port before the close, though it sees the close first', async () => {
    const { worker } = await startNotes();
    const port = connectWorkerPort<NotesWorker>(worker.openPort(), 'notes');
    await port.call('add', 'first');
    const flag = new Int32Array(new SharedArrayBuffer(4));
    const blocked = worker.call('block', flag);
    const sentBefore = port.call('add', 'second');
    const closed = worker.close();
    Atomics.store(flag, 0, 1);
    Atomics.notify(flag, 0);
    expect(await sentBefore).toBe(2);
    await Promise.all([blocked, closed]);
  });

  it('closes once however often it is asked to', async () => {
    const { worker } = await startNotes();
    await Promise.all([worker.close(), worker.close()]);
    await worker.close();
  });

  it.each(['crash', 'exit'] as const)('that ends by %s rejects everything and is reported once', async (how) => {
    const { worker, crashes } = await startNotes();
    const port = connectWorkerPort<NotesWorker>(worker.openPort(), 'notes');
    await port.call('add', 'first');
    const waiting = [port.call('untilClosed', undefined), worker.call('untilClosed', undefined)];
    const ending = worker.call(how, undefined);
    const outcomes = await Promise.allSettled([...waiting, ending]);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['rejected', 'rejected', 'rejected']);
    await expect(ending).rejects.toMatchObject({ code: 'worker-crashed', value: 'notes-worker.ts' });
    await expect(worker.call('add', 'late')).rejects.toMatchObject({ code: 'worker-crashed' });
    await expect(worker.close()).rejects.toMatchObject({ code: 'worker-crashed' });
    expect(crashes).toHaveLength(1);
  });

  it('whose module does not load is reported as crashed', async () => {
    const onCrash = vi.fn();
    const worker = startWorker<NotesWorker>(workerUrl(import.meta.url, './workers/nowhere'), { onCrash });
    await expect(worker.call('add', 'a')).rejects.toMatchObject({ code: 'worker-crashed' });
    expect(onCrash).toHaveBeenCalledTimes(1);
  });
});
