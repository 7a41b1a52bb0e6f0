import { decodeKey, encodeKey, parseAddress } from '@volttron-ts/vip-core';
import { describe, expect, it } from 'vitest';

import { generateKeyPair, keysOfAddress, publicKeyOf } from './key-pair.ts';
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

describe('the keys of an address', () => {
  const { publicKey, secret } = generateKeyPair();
  const of = (query: string) => keysOfAddress(parseAddress(`tcp://127.0.0.1:22916?${query}`));

  it('are those of its parameters; the public half may be left out', () => {
    const both = of(`publickey=${publicKey}&secretkey=${secret.reveal()}`);
    const one = of(`secretkey=${secret.reveal()}`);
    for (const pair of [both, one]) {
      expect(pair?.publicKey).toBe(publicKey);
      expect(pair?.secret.reveal()).toBe(secret.reveal());
    }
    expect(of(`serverkey=${publicKey}`)).toBeUndefined();
  });

  it('are refused when they are no pair, and the secret is not shown', () => {
    expect(() => of(`publickey=${publicKey}`)).toThrow('a publickey and no secretkey');
    const other = generateKeyPair().publicKey;
    expect(() => of(`publickey=${other}&secretkey=${secret.reveal()}`)).toThrow('not that of its secretkey');
    expect(() => of(`publickey=${other}&secretkey=${secret.reveal()}`)).not.toThrow(secret.reveal());
  });
});
