import type { OrderMeta } from '../plugin/certificate-plugin.ts';

const profiles: readonly unknown[] = ['client', 'server', 'peer'] satisfies OrderMeta['profile'][];

/** Whether an order holds the text of a request and a known profile; clients' data may hold anything. */
export function isServed({ csr, profile }: Partial<Record<'csr' | 'profile', unknown>>): boolean {
  return typeof csr === 'string' && profiles.includes(profile);
}
