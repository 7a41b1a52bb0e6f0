import { watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { basename, dirname } from 'node:path';
/** Calls back after so many ms; the answer ends that. */
export interface Timer {
  after(milliseconds: number, callback: () => void): () => void;
}

/** An editor writes in several steps; the last of them counts. */
const SETTLED_MS = 100;

/**
 * Calls back when a file was made, written or replaced, once it has been left alone for a moment; the answer ends that.
 * The folder is watched, because a replaced file is another one. `failed` hears that nothing more will be noticed.
 */
export function watchFile(path: string, clock: Timer, changed: () => void, failed: (error: Error) => void): () => void {
  const name = basename(path);
  let cancel = (): void => undefined;
  let watcher: FSWatcher | undefined;
  try {
    watcher = watch(dirname(path), { persistent: false }, (_event, file) => {
      if (file !== name) return;
      cancel();
      cancel = clock.after(SETTLED_MS, changed);
    });
    watcher.on('error', failed);
  } catch (error) {
    // The system watches no more folders for this user.
    failed(error instanceof Error ? error : new Error(String(error)));
  }
  return () => {
    cancel();
    watcher?.close();
  };
}
