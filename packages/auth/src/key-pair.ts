import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';

import { decodeKey, encodeKey, InvalidValueError } from '@volttron-ts/vip-core';
import type { VipAddress } from '@volttron-ts/vip-core';

import { Secret } from './secret.ts';

/** A Curve25519 pair as CURVE uses it; both halves are texts of 43 characters. */
export interface KeyPair {
  readonly publicKey: string;
  readonly secret: Secret;
}

/**
 * The pair that an address brings along in `secretkey` and `publickey`, in place of a key store's (seed 001, "URL-style
 * Parameters"); undefined when it brings none. Throws InvalidValueError for halves that are no pair.
 */
export function keysOfAddress({ secretkey, publickey }: VipAddress): KeyPair | undefined {
  if (secretkey === undefined && publickey === undefined) return undefined;
  const remedy = 'Give both halves of one pair, or none.';
  if (secretkey === undefined) {
    throw new InvalidValueError('publickey', publickey, 'The address has a publickey and no secretkey.', remedy);
  }
  const secret = new Secret(secretkey);
  const publicKey = publicKeyOf(secret);
  if (publickey !== undefined && publickey !== publicKey) {
    throw new InvalidValueError(
      'publickey',
      publickey,
      'The publickey of the address is not that of its secretkey.',
      remedy,
    );
  }
  return { publicKey, secret };
}

/** PKCS#8 around the 32 bytes of an X25519 private key (RFC 8410 §7). */
const PKCS8 = Buffer.from('302e020100300506032b656e04220420', 'hex');

/**
 * A fresh pair. Neither half begins with "-", which command lines take for an option (reference/vip-zmq.md §3.1).
 *
 * @param generate answers the JWK of a new X25519 private key
 */
export function generateKeyPair(generate: () => { x?: string; d?: string } = generateJwk): KeyPair {
  for (;;) {
    const { x = '', d = '' } = generate();
    if (!x.startsWith('-') && !d.startsWith('-')) return { publicKey: x, secret: new Secret(d) };
  }
}

function generateJwk(): { x?: string; d?: string } {
  return generateKeyPairSync('x25519').privateKey.export({ format: 'jwk' });
}

/** The public half that belongs to a secret, in any form `decodeKey` reads. Throws InvalidValueError. */
export function publicKeyOf(secret: Secret): string {
  const der = Buffer.concat([PKCS8, decodeKey(secret.reveal())]);
  const { x = '' } = createPublicKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })).export({
    format: 'jwk',
  });
  return encodeKey(decodeKey(x));
}
