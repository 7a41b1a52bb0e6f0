import { createHash } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** SHA-256 over the SubjectPublicKeyInfo, hexadecimal: the same for a key in whatever request or certificate. */
export function keyFingerprint(publicKey: KeyObject): string {
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex');
}
