import type { Certificate, DistinguishedName, KeyUsage } from '@volttron-ts/pki';

/** What is told of a certificate as JSON. */
export interface CertificateDescription {
  readonly subject: DistinguishedName;
  readonly issuer: DistinguishedName;
  readonly serial_number: string;
  readonly not_before: string;
  readonly not_after: string;
  readonly dns_names: readonly string[];
  readonly ip_addresses: readonly string[];
  readonly authority: boolean;
  readonly key_usages: readonly KeyUsage[];
  /** By name, or by number when nobody needs its name here. */
  readonly extended_key_usages: readonly string[];
  readonly fingerprint: string;
}

export function describeCertificate(certificate: Certificate): CertificateDescription {
  const { subject, issuer, serialNumber, notBefore, notAfter, dnsNames, ipAddresses } = certificate;
  return {
    subject,
    issuer,
    serial_number: serialNumber,
    not_before: notBefore.toISOString(),
    not_after: notAfter.toISOString(),
    dns_names: dnsNames,
    ip_addresses: ipAddresses,
    authority: certificate.isAuthority,
    key_usages: certificate.keyUsages,
    extended_key_usages: extendedKeyUsagesOf(certificate),
    fingerprint: certificate.fingerprint256,
  };
}

/** RFC 5280 §4.2.1.12 */
const usageNames: Readonly<Record<string, string>> = {
  '1.3.6.1.5.5.7.3.1': 'serverAuth',
  '1.3.6.1.5.5.7.3.2': 'clientAuth',
  '1.3.6.1.5.5.7.3.9': 'OCSPSigning',
};

export const extendedKeyUsagesOf = ({ extendedKeyUsages }: Certificate): string[] =>
  extendedKeyUsages.map((id) => usageNames[id] ?? id);
