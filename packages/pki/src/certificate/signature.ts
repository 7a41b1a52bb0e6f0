import { verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

import { oids } from '../der/oids.ts';

interface SignatureKind {
  readonly hash: string | null;
  readonly keyType: KeyObject['asymmetricKeyType'];
}

/** The signatures that are trusted, whoever made them. */
const kinds: Readonly<Record<string, SignatureKind>> = {
  [oids['ecdsa-with-SHA256']]: { hash: 'sha256', keyType: 'ec' },
  [oids['ecdsa-with-SHA384']]: { hash: 'sha384', keyType: 'ec' },
  [oids['ecdsa-with-SHA512']]: { hash: 'sha512', keyType: 'ec' },
  [oids.sha256WithRSAEncryption]: { hash: 'sha256', keyType: 'rsa' },
  [oids.sha384WithRSAEncryption]: { hash: 'sha384', keyType: 'rsa' },
  [oids.sha512WithRSAEncryption]: { hash: 'sha512', keyType: 'rsa' },
  [oids.Ed25519]: { hash: null, keyType: 'ed25519' },
};

export const isTrustedSignature = (algorithm: string): boolean => Object.hasOwn(kinds, algorithm);

/** What was signed, by an algorithm named by its object identifier. */
export interface Signed {
  readonly signedPart: Uint8Array;
  readonly signatureAlgorithm: string;
  readonly signature: Uint8Array;
}

export function isSignedByKey({ signedPart, signatureAlgorithm, signature }: Signed, key: KeyObject): boolean {
  const kind = kinds[signatureAlgorithm];
  if (kind?.keyType !== key.asymmetricKeyType) return false;
  try {
    return verify(kind?.hash, signedPart, key, signature);
  } catch {
    return false;
  }
}
