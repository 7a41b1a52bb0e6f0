import { startWorker, workerUrl } from '../src/index.ts';

import type { ReadingWorker } from './workers/readme-worker.ts';

const url = workerUrl(import.meta.url, './workers/readme-worker');
const worker = startWorker<ReadingWorker>(url, {
  onCrash: (error) => {
    console.error(error.message, error.remedy);
  },
});
export const id = await worker.call('append', Buffer.from('{}')); // settles after COMMIT
await worker.close();
