import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

import { integer, nullValue, octetString, oid, sequence } from '../der/der.ts';
import type { DerNode } from '../der/der.ts';
import type { DerReader } from '../der/der-reader.ts';
import { oids } from '../der/oids.ts';
import { Pkcs12PassphraseError, Pkcs12UnreadableError } from './errors.ts';
import { ITERATIONS, iterationsOf } from './password-encryption.ts';
import { pkcs12Key } from './pkcs12-key.ts';
import type { Derivation, Pkcs12Hash } from './pkcs12-key.ts';

const hashes: Readonly<Record<string, { hash: Pkcs12Hash; length: number }>> = {
  [oids.sha1]: { hash: 'sha1', length: 20 },
  [oids.sha256]: { hash: 'sha256', length: 32 },
  [oids.sha384]: { hash: 'sha384', length: 48 },
  [oids.sha512]: { hash: 'sha512', length: 64 },
};

function macOf(content: Uint8Array, derivation: Derivation, length: number): Buffer {
  return createHmac(derivation.hash, pkcs12Key(derivation, 'mac', length))
    .update(content)
    .digest();
}

/** MacData (RFC 7292 §4) with SHA-256. */
export function encodeMac(content: Uint8Array, passphrase: string, iterations = ITERATIONS): DerNode {
  const salt = randomBytes(16);
  const mac = macOf(content, { hash: 'sha256', passphrase, salt, iterations }, 32);
  const digest = sequence(sequence(oid(oids.sha256), nullValue()), octetString(mac));
  return sequence(digest, octetString(salt), integer(iterations));
}

/** @throws Pkcs12PassphraseError if it does not fit, Pkcs12UnreadableError, DerError */
export function checkMac(reader: DerReader, content: Uint8Array, passphrase: string): void {
  const [digest, salt, iterations] = reader.sequence();
  const next = digest?.fields();
  const id = next?.().fields()().oid() ?? '';
  const found = hashes[id];
  if (found === undefined) throw new Pkcs12UnreadableError(`its checksum ${id} is not supported`);
  const expected = next?.().octetString() ?? Buffer.alloc(0);
  const derivation = {
    hash: found.hash,
    passphrase,
    salt: salt?.octetString() ?? Buffer.alloc(0),
    iterations: iterations === undefined ? 1 : iterationsOf(iterations),
  };
  const mac = macOf(content, derivation, found.length);
  if (mac.length !== expected.length || !timingSafeEqual(mac, expected)) throw new Pkcs12PassphraseError();
}
