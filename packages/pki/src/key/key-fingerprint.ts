import { createHash } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

import { spki } from './spki.ts';

/** SHA-256 over the SubjectPublicKeyInfo, hexadecimal: the same for a key in whatever request or certificate. */
export function keyFingerprint(publicKey: KeyObject): string {
  return createHash('sha256').update(spki(publicKey)).digest('hex');
}
