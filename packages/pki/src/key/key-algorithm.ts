import { generateKeyPair as generateNodeKeyPair, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { promisify } from 'node:util';

import { nullValue, oid, sequence } from '../der/der.ts';
import type { DerNode } from '../der/der.ts';
import { oids } from '../der/oids.ts';
import { KeyUnsupportedError } from '../errors.ts';

/** Kinds of keys that are made here. */
export const keyAlgorithmNames = ['P-256', 'P-384', 'Ed25519', 'RSA-2048', 'RSA-3072', 'RSA-4096'] as const;
export type KeyAlgorithmName = (typeof keyAlgorithmNames)[number];

export interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

/** What the certificate templates need to know of a kind of key. A further kind is a further row of the table. */
export interface KeyAlgorithm {
  readonly family: 'P-256' | 'P-384' | 'Ed25519' | 'RSA';
  /** Whether a key is of this kind, its parameters included. */
  matches(key: KeyObject): boolean;
  /** Its signatures, as AlgorithmIdentifier. */
  readonly signatureOid: string;
  signatureAlgorithm(): DerNode;
  sign(data: Uint8Array, key: KeyObject): Buffer;
  verify(data: Uint8Array, key: KeyObject, signature: Uint8Array): boolean;
}

const generate = promisify(generateNodeKeyPair);

const generators: Readonly<Record<KeyAlgorithmName, () => Promise<KeyPair>>> = {
  'P-256': () => generate('ec', { namedCurve: 'P-256' }),
  'P-384': () => generate('ec', { namedCurve: 'P-384' }),
  Ed25519: () => generate('ed25519'),
  'RSA-2048': () => generate('rsa', { modulusLength: 2048 }),
  'RSA-3072': () => generate('rsa', { modulusLength: 3072 }),
  'RSA-4096': () => generate('rsa', { modulusLength: 4096 }),
};

/** Bits of an RSA modulus: fewer are too weak, more are too slow for whoever verifies. */
export const rsaModulus = { least: 2048, most: 4096 } as const;

const isCurve = (key: KeyObject, name: string): boolean =>
  key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === name;

const isRsa = (key: KeyObject): boolean => {
  const { modulusLength = 0 } = key.asymmetricKeyDetails ?? {};
  return key.asymmetricKeyType === 'rsa' && modulusLength >= rsaModulus.least && modulusLength <= rsaModulus.most;
};

const withHash = (hash: 'sha256' | 'sha384' | null): Pick<KeyAlgorithm, 'sign' | 'verify'> => ({
  sign: (data, key) => sign(hash, data, key),
  verify: (data, key, signature) => verify(hash, data, key, signature),
});

const algorithms: readonly KeyAlgorithm[] = [
  {
    family: 'P-256',
    matches: (key) => isCurve(key, 'prime256v1'),
    signatureOid: oids['ecdsa-with-SHA256'],
    signatureAlgorithm: () => sequence(oid(oids['ecdsa-with-SHA256'])),
    ...withHash('sha256'),
  },
  {
    family: 'P-384',
    matches: (key) => isCurve(key, 'secp384r1'),
    signatureOid: oids['ecdsa-with-SHA384'],
    signatureAlgorithm: () => sequence(oid(oids['ecdsa-with-SHA384'])),
    ...withHash('sha384'),
  },
  {
    family: 'Ed25519',
    matches: (key) => key.asymmetricKeyType === 'ed25519',
    signatureOid: oids.Ed25519,
    signatureAlgorithm: () => sequence(oid(oids.Ed25519)),
    ...withHash(null),
  },
  {
    family: 'RSA',
    matches: isRsa,
    signatureOid: oids.sha256WithRSAEncryption,
    // RFC 4055 §5: the parameters are NULL, not absent.
    signatureAlgorithm: () => sequence(oid(oids.sha256WithRSAEncryption), nullValue()),
    ...withHash('sha256'),
  },
];

/** Asking a key for its details costs half of a signature. */
const known = new WeakMap<KeyObject, KeyAlgorithm>();

/** @throws KeyUnsupportedError */
export function algorithmOf(key: KeyObject): KeyAlgorithm {
  const found = known.get(key) ?? algorithms.find((algorithm) => algorithm.matches(key));
  if (found !== undefined) {
    known.set(key, found);
    return found;
  }
  const { namedCurve, modulusLength } = key.asymmetricKeyDetails ?? {};
  const kind = [key.asymmetricKeyType ?? key.type, namedCurve ?? modulusLength].filter((part) => part !== undefined);
  throw new KeyUnsupportedError(kind.join(' '), keyAlgorithmNames);
}

/** A fresh key pair. */
export function generateKeyPair(algorithm: KeyAlgorithmName): Promise<KeyPair> {
  return generators[algorithm]();
}
