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

/** The to-be-signed part of any certificate, read back from its bytes. */
export interface TbsCertificate {
  readonly version: 1 | 2 | 3;
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
  const members = reader.sequence();
  const version = readVersion(members[0]);
  const next = fieldsOf(version === 1 ? members : members.slice(1), reader.item);
  const serialNumber = next().integerBytes();
  const signatureOid = next().fields()().oid();
  const issuer = next();
  const validity = next().fields();
  const [notBefore, notAfter] = [validity(), validity()];
  const subject = next();
  const publicKey = next().der;
  const extensions = members.find((member) => member.contextTag === 3);
  if (extensions !== undefined && version !== 3) throw new DerError(reader.item, 'it has extensions before version 3');
  return {
    version,
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

function fieldsOf(members: readonly DerReader[], item: string): () => DerReader {
  const rest = members.values();
  return () => {
    const next = rest.next();
    if (next.done === true) throw new DerError(item, 'a member is missing');
    return next.value;
  };
}

/** Without a version it is 1, which openssl makes of a request without extensions. */
function readVersion(first: DerReader | undefined): TbsCertificate['version'] {
  if (first?.contextTag !== 0) return 1;
  const version = first.only().integer() + 1;
  if (version === 2 || version === 3) return version;
  throw new DerError(first.item, 'it is of no version from 1 to 3');
}
