import { sign } from 'node:crypto';

import { expect, it } from 'vitest';

import { oids } from '../der/oids.ts';
import { generateKeyPair } from '../key/key-algorithm.ts';
import { isSignedByKey, isTrustedSignature } from './signature.ts';

const signedPart = Buffer.from('what is signed');

it.each<[string, string, string | null]>([
  ['P-256', oids['ecdsa-with-SHA256'], 'sha256'],
  ['P-256', oids['ecdsa-with-SHA384'], 'sha384'],
  ['P-384', oids['ecdsa-with-SHA512'], 'sha512'],
  ['RSA-2048', oids.sha256WithRSAEncryption, 'sha256'],
  ['RSA-2048', oids.sha384WithRSAEncryption, 'sha384'],
  ['RSA-2048', oids.sha512WithRSAEncryption, 'sha512'],
  ['Ed25519', oids.Ed25519, null],
])('a signature with a key of %s is good as %s only', async (name, signatureAlgorithm, hash) => {
  const { privateKey, publicKey } = await generateKeyPair(name as 'P-256');
  const signature = sign(hash, signedPart, privateKey);
  const good = Object.values(oids).filter((id) =>
    isSignedByKey({ signedPart, signatureAlgorithm: id, signature }, publicKey),
  );
  expect(good).toEqual([signatureAlgorithm]);
  expect(isTrustedSignature(signatureAlgorithm)).toBe(true);
});

it.each(['1.2.3', '1.2.840.113549.1.1.5', '1.2.840.10045.4.1', 'toString', ''])('%j is no trusted signature', (id) => {
  expect(isTrustedSignature(id)).toBe(false);
});
