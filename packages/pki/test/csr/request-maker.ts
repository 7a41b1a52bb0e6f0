import { generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { createPublicKey } from 'node:crypto';

import { encodeExtension, subjectAltName } from '../../src/certificate/extensions.ts';
import type { Extension } from '../../src/certificate/extensions.ts';
import { bitString, fromDer, integer, nullValue, oid, sequence, set, tagged, toDer } from '../../src/der/der.ts';
import type { DerNode } from '../../src/der/der.ts';
import { oids } from '../../src/der/oids.ts';
import { toPem } from '../../src/der/pem.ts';
import { encodeName } from '../../src/name/distinguished-name.ts';
import type { DistinguishedName } from '../../src/name/distinguished-name.ts';

/** Who asks: a key, and how it signs. */
export interface Signer {
  readonly publicKey: KeyObject;
  readonly algorithm: () => DerNode;
  readonly sign: (data: Uint8Array) => Buffer;
}

/** A request before it is written; every part can be exchanged. */
export interface Parts {
  readonly version: number;
  readonly subject: DerNode;
  readonly spki: Buffer;
  readonly extensions: readonly Extension[];
  /** In the place of what `extensions` would become. */
  readonly attributes?: readonly DerNode[];
  readonly signer: Signer;
}

const identifier =
  (id: string): (() => DerNode) =>
  () =>
    sequence(oid(id));

export function signerOf(privateKey: KeyObject, hash: string | null, algorithm: () => DerNode): Signer {
  return { publicKey: createPublicKey(privateKey), algorithm, sign: (data) => sign(hash, data, privateKey) };
}

export const rsaAlgorithm = (): DerNode => sequence(oid(oids.sha256WithRSAEncryption), nullValue());

export const makers = {
  'P-256': () =>
    signerOf(
      generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
      'sha256',
      identifier(oids['ecdsa-with-SHA256']),
    ),
  'P-384': () =>
    signerOf(
      generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey,
      'sha384',
      identifier(oids['ecdsa-with-SHA384']),
    ),
  Ed25519: () => signerOf(generateKeyPairSync('ed25519').privateKey, null, identifier(oids.Ed25519)),
  RSA: (bits = 2048, publicExponent = 65_537) =>
    signerOf(generateKeyPairSync('rsa', { modulusLength: bits, publicExponent }).privateKey, 'sha256', rsaAlgorithm),
  odd: (namedCurve: string) =>
    signerOf(generateKeyPairSync('ec', { namedCurve }).privateKey, 'sha256', identifier(oids['ecdsa-with-SHA256'])),
};

export function soundParts(
  signer: Signer,
  subject: DistinguishedName,
  dns: readonly string[],
  ip: readonly Uint8Array[],
): Parts {
  return {
    version: 0,
    subject: encodeName(subject),
    spki: signer.publicKey.export({ type: 'spki', format: 'der' }),
    extensions: dns.length + ip.length === 0 ? [] : [subjectAltName({ dns, ip })],
    signer,
  };
}

export const extensionRequest = (...extensions: readonly Extension[]): DerNode =>
  sequence(oid(oids.extensionRequest), set(sequence(...extensions.map(encodeExtension))));

export function informationOf({ version, subject, spki, extensions, attributes }: Parts): DerNode {
  const asked = attributes ?? (extensions.length === 0 ? [] : [extensionRequest(...extensions)]);
  return sequence(integer(version), subject, fromDer(spki), tagged(0, ...asked));
}

export function writeRequest(parts: Parts): Buffer {
  const information = informationOf(parts);
  const { signer } = parts;
  return toDer(sequence(information, signer.algorithm(), bitString(signer.sign(toDer(information)))));
}

export const pemOf = (der: Uint8Array): string => toPem('CERTIFICATE REQUEST', der);
