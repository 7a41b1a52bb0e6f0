import { join } from 'node:path';

import { FileMissingError, readJsonFile } from '@volttron-ts/storage';
import { checkIdentity, decodeKey, encodeKey } from '@volttron-ts/vip-core';

import { KeyStoreInvalidError } from './errors.ts';
import { createFileOnce } from './exclusive-file.ts';
import { generateKeyPair, publicKeyOf } from './key-pair.ts';
import type { KeyPair } from './key-pair.ts';
import { Secret } from './secret.ts';

/** The key pairs of one home, each made when first asked for (reference/vip-zmq.md §3.1). */
export class KeyStore {
  readonly #home: string;

  constructor(home: string) {
    this.#home = home;
  }

  /** The platform's own pair: its CURVE server key, and its key towards other platforms. */
  platform(): Promise<KeyPair> {
    return openKeyStoreFile(join(this.#home, 'keystore'));
  }

  /** The pair of a service, of `vctl`, or of an agent without a UUID. */
  async agent(identity: string): Promise<KeyPair> {
    return openKeyStoreFile(join(this.#home, 'keystores', checkIdentity(identity), 'keystore.json'));
  }
}

/**
 * Reads a key store file, making it with a new pair when it is missing.
 *
 * @throws KeyStoreInvalidError, FileUnreadableError, FileUnwritableError
 */
export async function openKeyStoreFile(path: string): Promise<KeyPair> {
  const found = await readKeyStoreFile(path);
  if (found !== undefined) return found;
  const pair = generateKeyPair();
  const document = { public: pair.publicKey, secret: pair.secret.reveal() };
  if (await createFileOnce(path, JSON.stringify(document, null, 4), 0o600)) return pair;
  const other = await readKeyStoreFile(path);
  if (other === undefined) throw new KeyStoreInvalidError(path, 'it vanished while it was being made');
  return other;
}

async function readKeyStoreFile(path: string): Promise<KeyPair | undefined> {
  try {
    return readPair(path, await readJsonFile(path));
  } catch (error) {
    if (error instanceof FileMissingError) return undefined;
    throw error;
  }
}

function readPair(path: string, document: unknown): KeyPair {
  const { public: publicText, secret: secretText } = (document ?? {}) as { public?: unknown; secret?: unknown };
  const publicKey = readHalf(path, 'public', publicText);
  const secret = new Secret(readHalf(path, 'secret', secretText));
  if (publicKeyOf(secret) !== publicKey) throw new KeyStoreInvalidError(path, 'its two keys are no pair');
  return { publicKey, secret };
}

function readHalf(path: string, half: string, text: unknown): string {
  if (typeof text !== 'string') throw new KeyStoreInvalidError(path, `it has no text "${half}"`);
  try {
    return encodeKey(decodeKey(text));
  } catch (error) {
    throw new KeyStoreInvalidError(path, `"${half}" is no CURVE key`, error);
  }
}
