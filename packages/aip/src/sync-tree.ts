import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** So many files are on their way to the disk at once. */
const AT_ONCE = 16;

/** Settles when every file of a folder, and every name in it, is on the disk; links are names. */
export async function syncTree(folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const paths = entries
    .filter((entry) => entry.isFile() || entry.isDirectory())
    .map(({ parentPath, name }) => join(parentPath, name));
  const waiting = [...paths, folder].values();
  const work = Array.from({ length: AT_ONCE }, async () => {
    for (const path of waiting) await sync(path);
  });
  await Promise.all(work);
}

/** A renaming is on the disk once the folder that lists it is. */
export const syncFolder = (folder: string): Promise<void> => sync(folder);

async function sync(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
