import { createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

import { fromDer } from '../der/der.ts';
import type { DerNode } from '../der/der.ts';
import { algorithmOf } from '../key/key-algorithm.ts';
import type { KeyAlgorithm } from '../key/key-algorithm.ts';
import { keyIdentifier } from '../key/spki.ts';
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
