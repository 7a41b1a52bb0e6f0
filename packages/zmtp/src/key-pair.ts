import { crypto } from './crypto/crypto.ts';
import { KeyError } from './errors.ts';

/** A Curve25519 pair, 32 raw bytes each. */
export interface KeyPair {
  readonly publicKey: Buffer;
  readonly secretKey: Buffer;
}

export function generateKeyPair(): KeyPair {
  const secretKey = crypto.randomBytes(32);
  return { publicKey: crypto.publicKey(secretKey), secretKey };
}

export function publicKeyFromSecret(secretKey: Uint8Array): Buffer {
  return crypto.publicKey(checkedKey('secret key', secretKey));
}

/** Answers a copy that nobody else can change; throws KeyError when it is not of 32 bytes. */
export function checkedKey(item: string, key: Uint8Array): Buffer {
  if (key.length !== 32) throw new KeyError(item, key.length);
  return Buffer.from(key);
}
