import { parentPort, workerData } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';

import { connectWorkerPort } from '../../src/index.ts';

import type { NotesWorker } from './notes-worker.ts';

const { port } = workerData as { port: MessagePort };
const notes = connectWorkerPort<NotesWorker>(port, 'notes');
const ids = await Promise.all([0, 1, 2].map((n) => notes.call('add', `port ${n}`)));
parentPort?.postMessage(ids);
notes.close();
