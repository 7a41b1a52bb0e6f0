import { bitString, explicit, fromDer, integer, integerBytes, sequence, time, toDer } from '../der/der.ts';
import type { DerNode } from '../der/der.ts';
import { DerReader } from '../der/der-reader.ts';
import { DerError } from '../errors.ts';
import { encodeExtension, readExtension } from './extensions.ts';
import type { Extension } from './extensions.ts';

/** What goes into the to-be-signed part of a certificate (RFC 5280 §4.1.2). */
export interface CertificateTemplate {
  /** The content octets of the INTEGER. */
  readonly serialNumber: Uint8Array;
  readonly signatureAlgorithm: DerNode;
  readonly issuer: DerNode;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly subject: DerNode;
  /** SubjectPublicKeyInfo as DER. */
  readonly publicKey: Uint8Array;
  readonly extensions: readonly Extension[];
}

export function encodeTbs(template: CertificateTemplate): DerNode {
  const version3 = explicit(0, integer(2));
  return sequence(
    version3,
    integerBytes(template.serialNumber),
    template.signatureAlgorithm,
    template.issuer,
    sequence(time(template.notBefore), time(template.notAfter)),
    template.subject,
    fromDer(template.publicKey),
    explicit(3, sequence(...template.extensions.map(encodeExtension))),
  );
}

/** The whole certificate as DER. */
export function encodeCertificate(tbs: DerNode, signatureAlgorithm: DerNode, signature: Uint8Array): Buffer {
  return toDer(sequence(tbs, signatureAlgorithm, bitString(signature)));
}

/** The to-be-signed part of any version 3 certificate, read back from its bytes. */
export interface TbsCertificate {
  readonly serialNumber: Buffer;
  readonly signatureOid: string;
  readonly issuer: DerReader;
  readonly notBefore: DerReader;
  readonly notAfter: DerReader;
  readonly subject: DerReader;
  readonly publicKey: Buffer;
  readonly extensions: readonly Extension[];
}

/** @throws DerError */
export function readTbs(reader: DerReader): TbsCertificate {
  const next = reader.fields();
  const version = next();
  if (version.contextTag !== 0 || version.only().integer() !== 2) {
    throw new DerError(reader.item, 'it is not of version 3');
  }
  const serialNumber = next().integerBytes();
  const signatureOid = next().fields()().oid();
  const issuer = next();
  const validity = next().fields();
  const [notBefore, notAfter] = [validity(), validity()];
  const subject = next();
  const publicKey = next().der;
  const extensions = reader.sequence().find((member) => member.contextTag === 3);
  return {
    serialNumber,
    signatureOid,
    issuer,
    notBefore,
    notAfter,
    subject,
    publicKey,
    extensions: extensions?.only().sequence().map(readExtension) ?? [],
  };
}
