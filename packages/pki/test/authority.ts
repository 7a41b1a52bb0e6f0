import { createRootCertificate, generateKeyPair, issueCertificate } from '../src/index.ts';
import type { Authority, Certificate, KeyPair, CertificateOptions } from '../src/index.ts';

export const clock = { now: () => Date.now() };

export async function makeAuthority(name = 'central-root-ca'): Promise<Authority> {
  const { privateKey } = await generateKeyPair('P-256');
  const certificate = createRootCertificate({
    subject: { commonName: name },
    privateKey,
    validity: { days: 3650 },
    clock,
  });
  return { certificate, privateKey };
}

export async function issue(
  issuer: Authority,
  request: Partial<CertificateOptions> = {},
): Promise<{ certificate: Certificate; keys: KeyPair }> {
  const keys = await generateKeyPair('P-256');
  const certificate = issueCertificate({
    profile: 'server',
    issuer,
    publicKey: keys.publicKey,
    subject: { commonName: 'central.platform.web' },
    dnsNames: ['localhost', 'central.example'],
    ipAddresses: ['127.0.0.1', '::1'],
    validity: { days: 90 },
    clock,
    ...request,
  });
  return { certificate, keys };
}
