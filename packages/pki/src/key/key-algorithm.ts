import { generateKeyPair as generateNodeKeyPair, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { promisify } from 'node:util';

import { oid, sequence } from '../der/der.ts';
import type { DerNode } from '../der/der.ts';
import { oids } from '../der/oids.ts';
import { KeyUnsupportedError } from '../errors.ts';

export type KeyAlgorithmName = 'P-256';

export interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

/** What the certificate templates need to know of a kind of key. A further kind is a further row of the table. */
export interface KeyAlgorithm {
  readonly name: KeyAlgorithmName;
  generate(): Promise<KeyPair>;
  /** Whether a key is of this kind, its parameters included. */
  matches(key: KeyObject): boolean;
  /** Its signatures, as AlgorithmIdentifier. */
  readonly signatureOid: string;
  signatureAlgorithm(): DerNode;
  sign(data: Uint8Array, key: KeyObject): Buffer;
}

const generate = promisify(generateNodeKeyPair);

const algorithms: Readonly<Record<KeyAlgorithmName, KeyAlgorithm>> = {
  'P-256': {
    name: 'P-256',
    generate: () => generate('ec', { namedCurve: 'P-256' }),
    matches: (key) => key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1',
    signatureOid: oids['ecdsa-with-SHA256'],
    signatureAlgorithm: () => sequence(oid(oids['ecdsa-with-SHA256'])),
    sign: (data, key) => sign('sha256', data, key),
  },
};

/** @throws KeyUnsupportedError */
export function algorithmOf(key: KeyObject): KeyAlgorithm {
  const found = Object.values(algorithms).find((algorithm) => algorithm.matches(key));
  if (found !== undefined) return found;
  const { namedCurve, modulusLength } = key.asymmetricKeyDetails ?? {};
  const kind = [key.asymmetricKeyType ?? key.type, namedCurve ?? modulusLength].filter((part) => part !== undefined);
  throw new KeyUnsupportedError(kind.join(' '), Object.keys(algorithms));
}

/** A fresh key pair. */
export function generateKeyPair(algorithm: KeyAlgorithmName): Promise<KeyPair> {
  return algorithms[algorithm].generate();
}
