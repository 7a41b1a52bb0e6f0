import { createPrivateKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

import { KeyUnreadableError } from '../errors.ts';

/** PKCS#8 PEM, not encrypted: the text is a secret. */
export function writePrivateKey(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/**
 * Reads PKCS#8, SEC 1 or PKCS#1 PEM.
 *
 * @throws KeyUnreadableError
 */
export function readPrivateKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (error) {
    throw new KeyUnreadableError(error);
  }
}
