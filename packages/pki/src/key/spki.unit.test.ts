import { createPublicKey } from 'node:crypto';

import { expect, it } from 'vitest';

import { generateKeyPair } from './key-algorithm.ts';
import { readSpki, spki } from './spki.ts';

it.each(['P-256', 'P-384', 'Ed25519', 'RSA-2048'] as const)(
  'a key of %s has one SubjectPublicKeyInfo',
  async (name) => {
    const { publicKey } = await generateKeyPair(name);
    const der = publicKey.export({ type: 'spki', format: 'der' });
    const read = readSpki(der);
    expect(read.equals(publicKey)).toBe(true);
    expect([spki(publicKey), spki(read), spki(read)]).toEqual([der, der, der]);
  },
);

it('a P-256 key with compressed coordinates is known by what node:crypto writes', async () => {
  const { publicKey } = await generateKeyPair('P-256');
  const der = spki(publicKey);
  const compressed = Buffer.concat([der.subarray(0, 26), Buffer.of(2 + (der.at(-1)! & 1)), der.subarray(27, 59)]);
  [compressed[1], compressed[24]] = [57, 34];
  const exported = createPublicKey({ key: compressed, format: 'der', type: 'spki' }).export({
    type: 'spki',
    format: 'der',
  });
  expect(spki(readSpki(compressed))).toEqual(exported);
  expect(readSpki(compressed).equals(publicKey)).toBe(true);
});
