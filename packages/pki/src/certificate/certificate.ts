import { createHash, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

import { DerReader } from '../der/der-reader.ts';
import { pemBlocks, toPem } from '../der/pem.ts';
import { CertificateUnreadableError } from '../errors.ts';
import { readName } from '../name/distinguished-name.ts';
import type { DistinguishedName } from '../name/distinguished-name.ts';
import { formatIpAddress } from '../name/ip-address.ts';
import { isRepeated, readExtensionValues } from './extensions.ts';
import type { Extension, ExtensionValues, KeyUsage } from './extensions.ts';
import { nameConstraintsOf } from './name-constraints.ts';
import type { RevocationUrls } from './revocation-urls.ts';
import { readTbs } from './tbs.ts';
import type { TbsCertificate } from './tbs.ts';

/** An X.509 certificate and what it says. Whether to trust it is `verifyChain`'s matter. */
export interface Certificate {
  readonly pem: string;
  readonly der: Buffer;
  /** 1 for what openssl issues without extensions. */
  readonly version: 1 | 2 | 3;
  readonly subject: DistinguishedName;
  /** All of the subject, also what `subject` has no field for. */
  readonly subjectDer: Buffer;
  readonly issuer: DistinguishedName;
  readonly issuerDer: Buffer;
  /** Hexadecimal, lower case. */
  readonly serialNumber: string;
  /** Object identifier. */
  readonly signatureAlgorithm: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  readonly emailAddresses: readonly string[];
  readonly isAuthority: boolean;
  /** How many authorities may stand between this one and a leaf; undefined: any number. */
  readonly pathLength: number | undefined;
  readonly keyUsages: readonly KeyUsage[];
  /** Object identifiers. */
  readonly extendedKeyUsages: readonly string[];
  /** Hexadecimal, lower case. */
  readonly subjectKeyIdentifier: string | undefined;
  /** Hexadecimal, lower case. */
  readonly authorityKeyIdentifier: string | undefined;
  readonly revocationUrls: RevocationUrls;
  /** SHA-256 over the DER: `AB:CD:…` */
  readonly fingerprint256: string;
  readonly publicKey: KeyObject;
  readonly extensions: readonly Extension[];
}

const LABEL = 'CERTIFICATE';

/** The most certificates of one text: twice the authorities that browsers trust. */
const MOST = 500;

/**
 * Reads one certificate.
 *
 * @throws CertificateUnreadableError
 */
export function readCertificate(pem: string): Certificate {
  const [block, ...more] = pemBlocks(pem, LABEL);
  if (more.length > 0)
    throw new CertificateUnreadableError(`the text holds ${more.length + 1} certificates instead of one`);
  if (block === undefined) throw new CertificateUnreadableError('the text holds 0 certificates instead of one');
  return certificateOf(block);
}

/**
 * Reads a chain or a bundle, in the text's order.
 *
 * @throws CertificateUnreadableError if one of them cannot be read, or there is none
 */
export function readCertificates(pem: string): Certificate[] {
  const blocks = pemBlocks(pem, LABEL);
  if (blocks.length === 0) throw new CertificateUnreadableError('the text holds no certificate');
  if (blocks.length > MOST) throw new CertificateUnreadableError(`the text holds more than ${MOST} certificates`);
  return blocks.map((block, index) => {
    if (block === undefined) throw new CertificateUnreadableError(`certificate ${index + 1} is no base64`);
    return certificateOf(block);
  });
}

/** @throws CertificateUnreadableError */
export function certificateOf(der: Uint8Array): Certificate {
  try {
    // Node reads it, too: what only one of the two understands is in nobody's interest.
    const { publicKey } = new X509Certificate(der);
    const outer = DerReader.of(der, 'certificate');
    if (!outer.der.equals(der)) throw new Error('it is not in the one form that DER allows');
    const tbs = readTbs(outer.fields()());
    if (isRepeated(tbs.extensions)) throw new Error('an extension stands there twice');
    nameConstraintsOf(tbs.extensions);
    return describeCertificate(Buffer.from(der), { tbs, values: readExtensionValues(tbs.extensions), publicKey });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CertificateUnreadableError(reason.replace(/\.$/, ''), error);
  }
}

/** The to-be-signed part of a certificate that was read before. */
export function tbsReader(certificate: Certificate): DerReader {
  return DerReader.of(certificate.der, 'certificate').fields()();
}

interface Parts {
  readonly tbs: TbsCertificate;
  readonly values: ExtensionValues;
  readonly publicKey: KeyObject;
}

/** For bytes whose parts were read before. */
export function describeCertificate(der: Buffer, { tbs, values, publicKey }: Parts): Certificate {
  const { alternativeNames, subjectKeyIdentifier, authorityKeyIdentifier, ...others } = values;
  return {
    pem: toPem(LABEL, der),
    der,
    version: tbs.version,
    subject: readName(tbs.subject),
    subjectDer: tbs.subject.der,
    issuer: readName(tbs.issuer),
    issuerDer: tbs.issuer.der,
    serialNumber: tbs.serialNumber.toString('hex'),
    signatureAlgorithm: tbs.signatureOid,
    notBefore: tbs.notBefore.time(),
    notAfter: tbs.notAfter.time(),
    dnsNames: alternativeNames.dns,
    ipAddresses: alternativeNames.ip.flatMap((bytes) => formatIpAddress(bytes) ?? []),
    emailAddresses: alternativeNames.email,
    ...others,
    subjectKeyIdentifier: subjectKeyIdentifier?.toString('hex'),
    authorityKeyIdentifier: authorityKeyIdentifier?.toString('hex'),
    fingerprint256: fingerprintOf(der),
    publicKey,
    extensions: tbs.extensions,
  };
}

function fingerprintOf(der: Buffer): string {
  return createHash('sha256').update(der).digest('hex').toUpperCase().match(/../g)?.join(':') ?? '';
}
