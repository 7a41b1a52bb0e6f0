import { randomBytes } from 'node:crypto';
import { link, mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

import { writeFileAtomic } from '@volttron-ts/storage';

/**
 * Makes a file, whole and on the disk, unless there is one already: of several makers one wins. Missing folders are made
 * too. Answers whether this call made it.
 */
export async function createFileOnce(path: string, data: string, mode: number): Promise<boolean> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const candidate = `${path}.${randomBytes(6).toString('hex')}.new`;
  await writeFileAtomic(candidate, data, { mode });
  try {
    await link(candidate, path);
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw error;
  } finally {
    await rm(candidate, { force: true });
  }
}

/** Whether an error of the file system has this code. */
export function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
