import { X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

import { DerReader } from '../der/der-reader.ts';
import { CertificateUnreadableError } from '../errors.ts';
import { readName } from '../name/distinguished-name.ts';
import type { DistinguishedName } from '../name/distinguished-name.ts';
import { formatIpAddress } from '../name/ip-address.ts';
import { readExtensionValues } from './extensions.ts';
import type { KeyUsage } from './extensions.ts';
import { readTbs } from './tbs.ts';

/** An X.509 certificate and what it says. Whether to trust it is `verifyChain`'s matter. */
export interface Certificate {
  readonly pem: string;
  readonly der: Buffer;
  readonly subject: DistinguishedName;
  readonly issuer: DistinguishedName;
  /** Hexadecimal, lower case. */
  readonly serialNumber: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
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
  /** SHA-256 over the DER: `AB:CD:…` */
  readonly fingerprint256: string;
  readonly publicKey: KeyObject;
}

/**
 * Reads one certificate.
 *
 * @throws CertificateUnreadableError
 */
export function readCertificate(pem: string): Certificate {
  const count = pem.split('-----BEGIN CERTIFICATE-----').length - 1;
  if (count !== 1) throw new CertificateUnreadableError(`the text holds ${count} certificates instead of one`);
  try {
    return describe(new X509Certificate(pem));
  } catch (error) {
    throw new CertificateUnreadableError(error instanceof Error ? error.message : String(error), error);
  }
}

export function certificateOf(der: Uint8Array): Certificate {
  return describe(new X509Certificate(der));
}

/** The to-be-signed part of a certificate that was read before. */
export function tbsReader(certificate: Certificate): DerReader {
  return signedPart(certificate.der);
}

function describe(x509: X509Certificate): Certificate {
  const tbs = readTbs(signedPart(x509.raw));
  const { alternativeNames, subjectKeyIdentifier, authorityKeyIdentifier, ...values } = readExtensionValues(
    tbs.extensions,
  );
  return {
    pem: x509.toString(),
    der: x509.raw,
    subject: readName(tbs.subject),
    issuer: readName(tbs.issuer),
    serialNumber: tbs.serialNumber.toString('hex'),
    notBefore: tbs.notBefore.time(),
    notAfter: tbs.notAfter.time(),
    dnsNames: alternativeNames.dns,
    ipAddresses: alternativeNames.ip.flatMap((bytes) => formatIpAddress(bytes) ?? []),
    ...values,
    subjectKeyIdentifier: subjectKeyIdentifier?.toString('hex'),
    authorityKeyIdentifier: authorityKeyIdentifier?.toString('hex'),
    fingerprint256: x509.fingerprint256,
    publicKey: x509.publicKey,
  };
}

function signedPart(der: Uint8Array): DerReader {
  return DerReader.of(der, 'certificate').fields()();
}
