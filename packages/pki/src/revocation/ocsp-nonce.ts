import { extensionValue } from '../certificate/extensions.ts';
import type { Extension } from '../certificate/extensions.ts';
import { octetString, toDer } from '../der/der.ts';
import { oids } from '../der/oids.ts';

/** RFC 9654 §2.1. */
const MOST_OCTETS = 128;

export const nonceExtension = (nonce: Uint8Array): Extension => ({
  oid: oids.ocspNonce,
  critical: false,
  value: toDer(octetString(nonce)),
});

/** Throws a plain error for a length that is not allowed. */
export function nonceOf(extensions: readonly Extension[]): Buffer | undefined {
  const nonce = extensionValue(extensions, oids.ocspNonce, (value) => value.octetString());
  if (nonce !== undefined && (nonce.length === 0 || nonce.length > MOST_OCTETS))
    throw new Error(`its nonce has ${nonce.length} octets instead of 1 to ${MOST_OCTETS}`);
  return nonce;
}
