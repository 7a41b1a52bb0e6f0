import type { KeyObject } from 'node:crypto';

import { oids } from '../der/oids.ts';
import type { KeyUsage } from './extensions.ts';

export type LeafProfile = 'server' | 'client' | 'peer';

const extendedUsages: Readonly<Record<LeafProfile, readonly string[]>> = {
  server: [oids.serverAuth],
  client: [oids.clientAuth],
  peer: [oids.serverAuth, oids.clientAuth],
};

export const extendedUsagesOf = (profile: LeafProfile): readonly string[] => extendedUsages[profile];

/** Key encipherment is RSA's alone (RFC 8813 §3), and what VOLTTRON gives each leaf (reference/rmq-web-csr.md §2.3). */
export const leafKeyUsages = (publicKey: KeyObject): readonly KeyUsage[] =>
  publicKey.asymmetricKeyType === 'rsa' ? ['digitalSignature', 'keyEncipherment'] : ['digitalSignature'];
