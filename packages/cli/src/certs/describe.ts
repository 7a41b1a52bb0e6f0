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
    fingerprint: certificate.fingerprint256,
  };
}
