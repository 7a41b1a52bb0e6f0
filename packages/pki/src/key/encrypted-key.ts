import { createPrivateKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

import { KeyUnreadableError } from '../errors.ts';
import { PassphraseWrongError } from './errors.ts';

/** Ciphers for keys at rest; `des3` is for readers that know nothing newer. */
export const keyCiphers = { aes256: 'aes-256-cbc', des3: 'des-ede3-cbc' } as const;
export type KeyCipher = keyof typeof keyCiphers;

/** PKCS#8 PEM, encrypted by PBES2 (RFC 8018 §6.2), as openssl 3 writes keys. */
export function writeEncryptedKey(key: KeyObject, passphrase: string, cipher: KeyCipher = 'aes256'): string {
  return key.export({ type: 'pkcs8', format: 'pem', cipher: keyCiphers[cipher], passphrase }).toString();
}

/** Whether a PEM text needs a passphrase: PKCS#8's own kind, or the `Proc-Type` header of openssl before version 3. */
export const isEncryptedKey = (pem: string): boolean =>
  /-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: *4, *ENCRYPTED/m.test(pem);

/**
 * Reads what `isEncryptedKey` finds.
 *
 * @throws PassphraseWrongError; KeyUnreadableError for a cipher that is unknown or no longer thought safe
 */
export function readEncryptedKey(pem: string, passphrase: string): KeyObject {
  try {
    return createPrivateKey({ key: pem, passphrase });
  } catch (error) {
    // Every 256th wrong passphrase leaves a padding that looks right, and then no key: as if it were damaged.
    if (isCode(error, 'ERR_OSSL_EVP_UNSUPPORTED')) throw new KeyUnreadableError(error);
    throw new PassphraseWrongError(error);
  }
}

const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;
