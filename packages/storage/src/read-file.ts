import { readFile } from 'node:fs/promises';

import { FileUnreadableError } from './errors.ts';

/**
 * The text of a file; undefined when there is none.
 *
 * @throws FileUnreadableError
 */
export async function readFileIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new FileUnreadableError(path, error);
  }
}
