import { randomBytes } from 'node:crypto';
import { chmodSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { FileUnwritableError } from './errors.ts';

export interface WriteFileOptions {
  /** Permission bits the file ends up with, whatever the umask says; 0600 unless given. */
  readonly mode?: number;
}

/**
 * Replaces a file so that a reader, a crash or a power failure finds the old content or the new, never a mixture.
 * When the promise settles the new content is on the disk. A symbolic link at `path` is replaced, not followed.
 *
 * @throws FileUnwritableError, the old content being untouched
 */
export async function writeFileAtomic(
  path: string,
  data: string | NodeJS.ArrayBufferView,
  { mode = 0o600 }: WriteFileOptions = {},
): Promise<void> {
  const folder = dirname(path);
  const temporary = temporaryFor(path);
  try {
    await writeDurably(temporary, data, mode);
    await rename(temporary, path);
    await syncFolder(folder);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new FileUnwritableError(path, error);
  }
}

const temporaryFor = (path: string): string =>
  join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);

/**
 * Replaces a file so that a reader or a crash finds the old content or the new. The system brings it to the disk when it
 * likes: for what can be written again after a power failure. Takes 0.1 ms.
 *
 * @throws FileUnwritableError
 */
export function replaceFileSync(path: string, data: string, { mode = 0o600 }: WriteFileOptions = {}): void {
  const temporary = temporaryFor(path);
  try {
    writeFileSync(temporary, data, { flag: 'wx', mode });
    chmodSync(temporary, mode);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw new FileUnwritableError(path, error);
  }
}

async function writeDurably(path: string, data: string | NodeJS.ArrayBufferView, mode: number): Promise<void> {
  const file = await open(path, 'wx', mode);
  try {
    await file.chmod(mode);
    await file.writeFile(data);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A rename is durable once the folder that lists it is. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
