import { join } from 'node:path';

import { FileMissingError, JsonFileError, readJsonFile, writeJsonFile } from '@volttron-ts/storage';

import type { AuditHead } from './audit-line.ts';

/** The head as it was last signed, kept beside the log so that a tail that is cut off is missed. */
export interface SignedHead extends AuditHead {
  /** The public half of the key, as in `AuditKey`. */
  readonly key: string;
  readonly signature: string;
}

const pathOf = (home: string): string => join(home, 'audit.head');

export async function writeSignedHead(home: string, head: SignedHead): Promise<void> {
  await writeJsonFile(pathOf(home), head, { mode: 0o600 });
}

/** Undefined when there is none, `unreadable` when it is no signed head. Throws FileUnreadableError. */
export async function readSignedHead(home: string): Promise<SignedHead | 'unreadable' | undefined> {
  try {
    const value = (await readJsonFile(pathOf(home))) as Partial<SignedHead> | null;
    const { seq, hash, key, signature } = value ?? {};
    const texts = [hash, key, signature];
    return Number.isSafeInteger(seq) && texts.every((text) => typeof text === 'string')
      ? ({ seq, hash, key, signature } as SignedHead)
      : 'unreadable';
  } catch (error) {
    if (error instanceof FileMissingError) return undefined;
    if (error instanceof JsonFileError) return 'unreadable';
    throw error;
  }
}
