import { createHash, createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

import { DerReader } from '../der/der-reader.ts';

/** Exporting a key costs more than signing with it, and each key is asked for several times. */
const known = new WeakMap<KeyObject, Buffer>();

/** SubjectPublicKeyInfo as DER; not to be changed. */
export function spki(publicKey: KeyObject): Buffer {
  const before = known.get(publicKey);
  if (before !== undefined) return before;
  const der = publicKey.export({ type: 'spki', format: 'der' });
  known.set(publicKey, der);
  return der;
}

/** All of a P-256 key but its coordinates, which are not compressed. */
const P256 = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d03010703420004', 'hex');

/** Reads a SubjectPublicKeyInfo; throws what node:crypto throws. */
export function readSpki(der: Buffer): KeyObject {
  const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
  // There is one such form of such a key: it need not be exported to be known.
  if (der.length === P256.length + 64 && der.subarray(0, P256.length).equals(P256)) known.set(key, Buffer.from(der));
  return key;
}

/** The content of subjectPublicKey, by which a key is known. */
export function publicKeyBits(publicKey: KeyObject): Buffer {
  return DerReader.of(spki(publicKey), 'public key').sequence()[1]?.bitString() ?? Buffer.alloc(0);
}

/** The leftmost 160 bits of SHA-256 over the public key's bits (RFC 7093 §2, method 1). */
export const keyIdentifier = (publicKey: KeyObject): Buffer =>
  createHash('sha256').update(publicKeyBits(publicKey)).digest().subarray(0, 20);
