import type { KeyObject } from 'node:crypto';

import { oids } from '../der/oids.ts';
import type { KeyUsage } from './extensions.ts';

/** A leaf for a TLS server, a TLS client or one that is both, or who signs OCSP answers for the issuer. */
export type LeafProfile = 'server' | 'client' | 'peer' | 'ocspResponder';

const extendedUsages: Readonly<Record<LeafProfile, readonly string[]>> = {
  server: [oids.serverAuth],
  client: [oids.clientAuth],
  peer: [oids.serverAuth, oids.clientAuth],
  ocspResponder: [oids.OCSPSigning],
};

export const extendedUsagesOf = (profile: LeafProfile): readonly string[] => extendedUsages[profile];

/** Key encipherment is RSA's alone (RFC 8813 §3), and what VOLTTRON gives each leaf (reference/rmq-web-csr.md §2.3). */
export const leafKeyUsages = (publicKey: KeyObject, profile: LeafProfile): readonly KeyUsage[] =>
  publicKey.asymmetricKeyType === 'rsa' && profile !== 'ocspResponder'
    ? ['digitalSignature', 'keyEncipherment']
    : ['digitalSignature'];
