import { X509Certificate } from 'node:crypto';

import type { SigningRequest } from '../../csr/signing-request.ts';
import { readSigningRequest } from '../../csr/signing-request.ts';
import { isHostName } from '../../name/host-name.ts';
import type { OrderMeta } from '../../plugin/certificate-plugin.ts';
import { isServed } from '../order-meta.ts';

/**
 * The names that the CA has to see, lower case: all of the request, as RFC 8555 §7.4 wants it. Undefined when there are
 * none, or one of them is no host name.
 */
export function hostNamesOf({ subject: { commonName }, dnsNames, ipAddresses }: SigningRequest): string[] | undefined {
  const all = [...dnsNames, ...(commonName === '' ? [] : [commonName])].map((name) => name.toLowerCase());
  const names = [...new Set(all)].sort();
  return names.length > 0 && ipAddresses.length === 0 && names.every(isHostName) ? names : undefined;
}

/** Whether an order can be one for a CA that speaks ACME. */
export function isServedByAcme(orderMeta: OrderMeta): boolean {
  if (!isServed(orderMeta)) return false;
  try {
    return hostNamesOf(readSigningRequest(orderMeta.csr)) !== undefined;
  } catch {
    return false;
  }
}

const usages = {
  client: ['1.3.6.1.5.5.7.3.2'],
  server: ['1.3.6.1.5.5.7.3.1'],
  peer: ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'],
} as const;

/** An ACME order cannot say what the certificate is for, and CAs of the web issue for servers only. */
export function isFor(certificate: string, profile: OrderMeta['profile']): boolean {
  const found = new X509Certificate(certificate).keyUsage;
  return usages[profile].every((usage) => found.includes(usage));
}
