import { decodeKey, encodeKey } from '@volttron-ts/vip-core';
import { expect, it } from 'vitest';

import { generateKeyPair, publicKeyOf } from './key-pair.ts';
import { Secret } from './secret.ts';

it('makes pairs whose halves belong together', () => {
  for (let n = 0; n < 50; n++) {
    const { publicKey, secret } = generateKeyPair();
    expect(publicKeyOf(secret)).toBe(publicKey);
    expect(encodeKey(decodeKey(publicKey))).toBe(publicKey);
    expect(decodeKey(secret.reveal())).toHaveLength(32);
  }
});

it('throws pairs away of which a half begins with a hyphen', () => {
  const made = [
    { x: '-a', d: 'b' },
    { x: 'a', d: '-b' },
    { x: 'a', d: 'b-' },
  ];
  expect(generateKeyPair(() => made.shift() ?? {}).secret.reveal()).toBe('b-');
});

it.each([
  [
    '77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a',
    '8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a',
  ],
  [
    '5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb',
    'de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f',
  ],
])("derives the public key of RFC 7748 §6.1, which is NaCl's and so CURVE's", (secret, publicKey) => {
  expect(publicKeyOf(new Secret(secret))).toBe(encodeKey(decodeKey(publicKey)));
});
