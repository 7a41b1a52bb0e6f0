import { readFile } from 'node:fs/promises';
import { FileUnreadableError } from '@volttron-ts/storage';

/** The text of a file, empty when it is missing. Throws FileUnreadableError. */
export async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw new FileUnreadableError(path, error);
  }
}
