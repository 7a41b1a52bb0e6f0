import { hsalsa } from '@noble/ciphers/salsa.js';

import type { CryptoEngine } from './engine.ts';

type Sodium = typeof import('sodium-native');

/** The Salsa20 constant "expand 32-byte k". */
const sigma = new Uint32Array([0x61707865, 0x3320646e, 0x79622d32, 0x6b206574]);
const noNonce = new Uint32Array(4);

/** `crypto_box_beforenm` = HSalsa20(scalarmult, zero nonce); the add-on does not export it. */
function deriveKey(shared: Buffer): Buffer {
  const words = new Uint32Array(8);
  for (let index = 0; index < 8; index++) words[index] = shared.readUInt32LE(index * 4);
  const derived = new Uint32Array(8);
  hsalsa(sigma, words, noNonce, derived);
  const key = Buffer.allocUnsafeSlow(32);
  for (let index = 0; index < 8; index++) key.writeUInt32LE(derived[index] ?? 0, index * 4);
  words.fill(0);
  derived.fill(0);
  return key;
}

/** libsodium as a native add-on. Throws when it has no binary for this machine. */
export async function nativeEngine(): Promise<CryptoEngine> {
  const sodium = (await import('sodium-native')) as unknown as Sodium & { default: Sodium };
  return engineOf(sodium.default);
}

function engineOf(sodium: Sodium): CryptoEngine {
  return {
    name: 'sodium-native',
    randomBytes(length) {
      const bytes = Buffer.allocUnsafeSlow(length);
      sodium.randombytes_buf(bytes);
      return bytes;
    },
    publicKey(secretKey) {
      const key = Buffer.allocUnsafeSlow(32);
      sodium.crypto_scalarmult_base(key, secretKey as Buffer);
      return key;
    },
    agree(publicKey, secretKey) {
      const shared = Buffer.allocUnsafeSlow(32);
      try {
        sodium.crypto_scalarmult(shared, secretKey as Buffer, publicKey as Buffer);
      } catch {
        return undefined;
      }
      const key = deriveKey(shared);
      sodium.sodium_memzero(shared);
      return key;
    },
    seal(out, message, nonce, key) {
      sodium.crypto_secretbox_easy(out as Buffer, message as Buffer, nonce as Buffer, key as Buffer);
    },
    open: (out, box, nonce, key) =>
      sodium.crypto_secretbox_open_easy(out as Buffer, box as Buffer, nonce as Buffer, key as Buffer),
    zero(bytes) {
      sodium.sodium_memzero(bytes as Buffer);
    },
  };
}
