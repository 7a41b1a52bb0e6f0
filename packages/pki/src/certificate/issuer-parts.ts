import { createHash, createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

import { fromDer } from '../der/der.ts';
import type { DerNode } from '../der/der.ts';
import { DerReader } from '../der/der-reader.ts';
import { algorithmOf } from '../key/key-algorithm.ts';
import type { KeyAlgorithm } from '../key/key-algorithm.ts';
import type { Authority } from './issue.ts';

/** What of an authority stands in, or is measured with, everything it signs. */
export interface IssuerParts {
  /** A copy of the authority's own bytes: comparing names is comparing bytes. */
  readonly name: DerNode;
  readonly keyIdentifier: Buffer;
  /** The public half of the signing key, whatever the certificate says. */
  readonly verifyingKey: KeyObject;
  readonly algorithm: KeyAlgorithm;
}

/** An authority signs thousands of times, and deriving its public key costs as much as a signature. */
const known = new WeakMap<Authority, IssuerParts>();

/** @throws KeyUnsupportedError */
export function issuerParts(issuer: Authority): IssuerParts {
  const before = known.get(issuer);
  if (before !== undefined) return before;
  const { certificate, privateKey } = issuer;
  const { subjectKeyIdentifier: identifier } = certificate;
  const parts = {
    name: fromDer(certificate.subjectDer),
    keyIdentifier: identifier === undefined ? keyIdentifier(certificate.publicKey) : Buffer.from(identifier, 'hex'),
    verifyingKey: createPublicKey(privateKey),
    algorithm: algorithmOf(privateKey),
  };
  known.set(issuer, parts);
  return parts;
}

/** SubjectPublicKeyInfo. */
export function spki(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' });
}

/** The content of subjectPublicKey, by which a key is known. */
export function publicKeyBits(key: KeyObject): Buffer {
  return DerReader.of(spki(key), 'public key').sequence()[1]?.bitString() ?? Buffer.alloc(0);
}

/** The leftmost 160 bits of SHA-256 over the public key's bits (RFC 7093 §2, method 1). */
export const keyIdentifier = (key: KeyObject): Buffer =>
  createHash('sha256').update(publicKeyBits(key)).digest().subarray(0, 20);
