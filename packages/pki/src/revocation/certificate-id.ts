import { createHash } from 'node:crypto';

import type { Certificate } from '../certificate/certificate.ts';
import { publicKeyBits } from '../key/spki.ts';
import { integerBytes, nullValue, octetString, oid, sequence } from '../der/der.ts';
import type { DerNode } from '../der/der.ts';
import type { DerReader } from '../der/der-reader.ts';
import { oids } from '../der/oids.ts';

/** By their object identifiers. */
const hashes: Readonly<Record<string, string>> = {
  [oids.sha1]: 'sha1',
  [oids.sha256]: 'sha256',
  [oids.sha384]: 'sha384',
  [oids.sha512]: 'sha512',
};

/** What OCSP calls a certificate by (RFC 6960 §4.1.1): its issuer's name and key, hashed, and its serial number. */
export interface CertificateId {
  /** Object identifier. */
  readonly hashAlgorithm: string;
  readonly issuerNameHash: Buffer;
  readonly issuerKeyHash: Buffer;
  /** Hexadecimal, as `Certificate.serialNumber`. */
  readonly serialNumber: string;
  readonly node: DerNode;
}

export function readCertificateId(reader: DerReader): CertificateId {
  const next = reader.fields();
  return {
    hashAlgorithm: next().fields()().oid(),
    issuerNameHash: next().octetString(),
    issuerKeyHash: next().octetString(),
    serialNumber: next().integerBytes().toString('hex'),
    node: reader.node,
  };
}

export function encodeCertificateId(serialNumber: string, issuer: Certificate): DerNode {
  const [name, key] = issuerHashes(issuer, 'sha1');
  // The hash that every responder knows (RFC 5019 §2.1.1); nothing depends on its strength.
  const algorithm = sequence(oid(oids.sha1), nullValue());
  return sequence(algorithm, octetString(name), octetString(key), integerBytes(Buffer.from(serialNumber, 'hex')));
}

/** False also for hashes that nobody here knows. */
export function isIssuedBy(
  { hashAlgorithm, issuerNameHash, issuerKeyHash }: CertificateId,
  issuer: Certificate,
): boolean {
  const hash = hashes[hashAlgorithm];
  if (hash === undefined) return false;
  const [name, key] = issuerHashes(issuer, hash);
  return name.equals(issuerNameHash) && key.equals(issuerKeyHash);
}

function issuerHashes({ subjectDer, publicKey }: Certificate, hash: string): [name: Buffer, key: Buffer] {
  const digest = (bytes: Buffer): Buffer => createHash(hash).update(bytes).digest();
  return [digest(subjectDer), digest(publicKeyBits(publicKey))];
}

/** By which a responder names its key (RFC 6960 §4.2.1, KeyHash). */
export const keyHash = ({ publicKey }: Certificate): Buffer =>
  createHash('sha1').update(publicKeyBits(publicKey)).digest();
