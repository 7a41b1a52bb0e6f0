import { X509Certificate } from 'node:crypto';

import { keyFingerprint } from '@volttron-ts/pki';
import type { PluginResult } from '@volttron-ts/pki';

import type { CheckedCertificate } from './order-command.ts';

const BEGIN = '-----BEGIN CERTIFICATE-----';
const BLOCK = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;
/** More is no chain; characters. */
const MAX_TEXT = 262_144;

/**
 * Looks at what a plugin calls the certificate of an order before anybody gets it: it is for the key that asked, is no
 * authority's and not over, and each of the intermediates issued the one before it. Answers what is wrong otherwise.
 *
 * @param fingerprint SHA-256 over the SubjectPublicKeyInfo of the request, hexadecimal
 * @param now ms since 1970
 */
export function checkIssued(
  { certificate = '', intermediates = '' }: Pick<PluginResult, 'certificate' | 'intermediates'>,
  fingerprint: string,
  now: number,
): CheckedCertificate | string {
  if (certificate.length + intermediates.length > MAX_TEXT) return 'the certificates are too long';
  try {
    const [leaf, ...more] = readAll(certificate);
    if (leaf === undefined) return 'the plugin answered no certificate';
    if (more.length > 0) return 'the plugin answered several certificates instead of one and its intermediates';
    const chain = readAll(intermediates);
    return problemOf(leaf, chain, fingerprint, now) ?? describe(leaf, chain);
  } catch (error) {
    return `the certificates cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function readAll(pem: string): X509Certificate[] {
  const blocks = pem.match(BLOCK) ?? [];
  if (blocks.length !== pem.split(BEGIN).length - 1) throw new Error('a PEM block is damaged');
  if (blocks.length === 0 && pem.trim() !== '') throw new Error('there is no PEM block');
  return blocks.map((block) => new X509Certificate(block));
}

function problemOf(
  leaf: X509Certificate,
  chain: readonly X509Certificate[],
  fingerprint: string,
  now: number,
): string | undefined {
  if (keyFingerprint(leaf.publicKey) !== fingerprint) return 'the certificate is for another key than the request';
  if (leaf.ca) return "the certificate is an authority's";
  if (leaf.validToDate.getTime() <= now) return 'the certificate has expired already';
  let below = leaf;
  for (const [n, issuer] of chain.entries()) {
    if (!below.checkIssued(issuer) || !below.verify(issuer.publicKey)) {
      return `intermediate certificate ${n + 1} did not issue the one before it`;
    }
    below = issuer;
  }
  return undefined;
}

function describe(leaf: X509Certificate, chain: readonly X509Certificate[]): CheckedCertificate {
  return {
    certificate: leaf.toString(),
    intermediates: chain.map((one) => one.toString()).join(''),
    serialNumber: leaf.serialNumber.toLowerCase(),
    notBefore: leaf.validFromDate.getTime() * 1000,
    notAfter: leaf.validToDate.getTime() * 1000,
  };
}
