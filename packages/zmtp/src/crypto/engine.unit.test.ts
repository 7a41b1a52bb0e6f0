import { createPrivateKey, createPublicKey, diffieHellman } from 'node:crypto';

import { hsalsa, xsalsa20poly1305 } from '@noble/ciphers/salsa.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { firstEngine, tagLength } from './engine.ts';
import { nativeEngine } from './native-engine.ts';
import { wasmEngine } from './wasm-engine.ts';

const native = await nativeEngine();
const wasm = await wasmEngine();
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const text = fc.uint8Array({ maxLength: 300 });

/** The X25519 of node:crypto, as an independent reference. */
function sharedSecret(publicKey: Buffer, secretKey: Uint8Array): Buffer {
  const own = Buffer.concat([Buffer.from('302e020100300506032b656e04220420', 'hex'), secretKey]);
  const other = Buffer.concat([Buffer.from('302a300506032b656e032100', 'hex'), publicKey]);
  return diffieHellman({
    privateKey: createPrivateKey({ key: own, format: 'der', type: 'pkcs8' }),
    publicKey: createPublicKey({ key: other, format: 'der', type: 'spki' }),
  });
}

function words(data: Uint8Array): Uint32Array {
  const copy = Buffer.from(data);
  return Uint32Array.from({ length: data.length / 4 }, (_, index) => copy.readUInt32LE(index * 4));
}

describe('the engine in use', () => {
  it('is the native one, or the other where that does not load', async () => {
    expect((await firstEngine(nativeEngine, wasmEngine)).name).toBe('sodium-native');
    const missing = () => Promise.reject(new Error('no prebuild'));
    expect((await firstEngine(missing, wasmEngine)).name).toBe('libsodium-wrappers');
  });
});

describe('both engines', () => {
  it('derive the same public keys', () => {
    fc.assert(
      fc.property(bytes(32), (secret) => {
        expect(native.publicKey(secret)).toEqual(wasm.publicKey(secret));
      }),
      { numRuns: 30 },
    );
  });

  it('agree on the same keys, those of NaCl', () => {
    fc.assert(
      fc.property(bytes(32), bytes(32), (alice, bob) => {
        const bobKey = native.publicKey(bob);
        const key = native.agree(bobKey, alice);
        expect(key).toEqual(wasm.agree(bobKey, alice));
        expect(key).toEqual(native.agree(native.publicKey(alice), bob));
        const reference = new Uint32Array(8);
        const sigma = words(Buffer.from('expand 32-byte k'));
        hsalsa(sigma, words(sharedSecret(bobKey, alice)), new Uint32Array(4), reference);
        expect(words(key!)).toEqual(reference);
      }),
      { numRuns: 30 },
    );
  });

  it.each([native, wasm])('$name refuses keys of low order', (engine) => {
    const secret = engine.randomBytes(32);
    expect(engine.agree(Buffer.alloc(32), secret)).toBeUndefined();
    expect(engine.agree(Buffer.from([1, ...Buffer.alloc(31)]), secret)).toBeUndefined();
  });

  it('seal to the same bytes, also in place, and open each other', () => {
    fc.assert(
      fc.property(text, bytes(24), bytes(32), (message, nonce, key) => {
        const expected = Buffer.from(xsalsa20poly1305(key, nonce).encrypt(message));
        for (const [engine, other] of [
          [native, wasm],
          [wasm, native],
        ] as const) {
          const box = Buffer.alloc(message.length + tagLength);
          engine.seal(box, Buffer.from(message), Buffer.from(nonce), Buffer.from(key));
          expect(box).toEqual(expected);
          const inPlace = Buffer.concat([Buffer.alloc(tagLength), message]);
          engine.seal(inPlace, inPlace.subarray(tagLength), Buffer.from(nonce), Buffer.from(key));
          expect(inPlace).toEqual(expected);
          expect(other.open(box.subarray(tagLength), box, Buffer.from(nonce), Buffer.from(key))).toBe(true);
          expect(box.subarray(tagLength)).toEqual(Buffer.from(message));
        }
      }),
      { numRuns: 100 },
    );
  });

  it.each([native, wasm])('$name notices every changed bit', (engine) => {
    const [nonce, key] = [engine.randomBytes(24), engine.randomBytes(32)];
    const box = Buffer.alloc(5 + tagLength);
    engine.seal(box, Buffer.from('hello'), nonce, key);
    for (let bit = 0; bit < box.length * 8; bit++) {
      const changed = Buffer.from(box);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      expect(engine.open(Buffer.alloc(5), changed, nonce, key)).toBe(false);
    }
  });
});
