import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { generateKeyPair, openKeyStoreFile } from '@volttron-ts/auth';
import type { InstanceSettings } from '@volttron-ts/auth';
import { readFileIfThere } from '@volttron-ts/storage';
import type { HomeItem } from './home-item.ts';

/** What looks at a home work with. */
export interface HomeLook {
  readonly home: string;
  /** An empty folder elsewhere, where what the platform does to files is rehearsed on copies. */
  readonly copies: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Undefined when the configuration cannot be read. */
  readonly settings: InstanceSettings | undefined;
  /** Ms since 1970, for certificates. */
  readonly now: () => number;
}

/** Looks at a part of a home. What it throws would keep the platform from starting. */
export type Look = (look: HomeLook) => Promise<readonly HomeItem[]>;

/** Whether something is there under this name, which a link to nowhere is too. */
export async function isThere(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined)) !== undefined;
}

/** The public key of a key store. When it is missing or unusable, which is told elsewhere, another one stands in for it. */
export async function publicKeyIn({ home }: HomeLook, path: string): Promise<string> {
  const isMade = await isThere(join(home, path));
  const pair = isMade ? await openKeyStoreFile(join(home, path)).catch(() => generateKeyPair()) : generateKeyPair();
  return pair.publicKey;
}

/** The text of a file of the home, undefined when it is missing. Throws FileUnreadableError. */
export const textOf = ({ home }: HomeLook, path: string): Promise<string | undefined> =>
  readFileIfThere(join(home, path));
