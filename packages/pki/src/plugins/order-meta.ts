import { certificateStatus } from '../plugin/certificate-plugin.ts';
import type { OrderMeta, PluginResult } from '../plugin/certificate-plugin.ts';

const profiles: readonly unknown[] = ['client', 'server', 'peer'] satisfies OrderMeta['profile'][];

/** Whether an order holds the text of a request and a known profile; clients' data may hold anything. */
export function isServed({ csr, profile }: Partial<Record<'csr' | 'profile', unknown>>): boolean {
  return typeof csr === 'string' && profiles.includes(profile);
}

/** For orders that no method can do anything with. */
export const notServed: PluginResult = {
  status: certificateStatus.INVALID_OPERATION,
  statusMessage: 'The order holds no certificate request for a client, a server or a peer.',
};
