import { createPrivateKey, generateKeyPairSync } from 'node:crypto';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { keysOf, makeChain } from '../../test/made-chain.ts';
import { explicit, fromDer, integer, octetString, oid, sequence, toDer } from '../der/der.ts';
import type { DerNode } from '../der/der.ts';
import { oids } from '../der/oids.ts';
import { PkiError } from '../errors.ts';
import { createPkcs12 } from './create-pkcs12.ts';
import { Pkcs12PassphraseError, Pkcs12RefusedError, Pkcs12UnreadableError } from './errors.ts';
import { encodeMac } from './pkcs12-mac.ts';
import { pkcs12Key } from './pkcs12-key.ts';
import { readPkcs12 } from './read-pkcs12.ts';

const { lower, upper, leaf } = makeChain();
const { privateKey } = keysOf.leaf;
const passphrase = 'Gebäude 12 €';
const file = await createPkcs12({ privateKey, certificate: leaf, chain: [lower, upper], passphrase });

/** A file whose content is this, with a fitting checksum of one iteration. */
const fileOf = (...safes: DerNode[]): Buffer => {
  const safe = toDer(sequence(...safes));
  return toDer(sequence(integer(3), plain(safe), encodeMac(safe, passphrase, 1)));
};
const plain = (content: Uint8Array): DerNode => sequence(oid(oids.data), explicit(0, octetString(content)));
const bags = (...all: [id: string, value: DerNode][]): DerNode =>
  plain(toDer(sequence(...all.map(([id, value]) => sequence(oid(id), explicit(0, value))))));
const keyBag = (key = privateKey): [string, DerNode] => [
  oids.keyBag,
  fromDer(key.export({ type: 'pkcs8', format: 'der' })),
];
const certBag = (der = leaf.der): [string, DerNode] => [
  oids.certBag,
  sequence(oid(oids.x509Certificate), explicit(0, octetString(der))),
];
const encrypted = (algorithm: DerNode): [string, DerNode] => [
  oids.pkcs8ShroudedKeyBag,
  sequence(algorithm, octetString(Buffer.alloc(16))),
];
const pbes2 = (iterations: number, cipher: string, iv = 16): DerNode => {
  const derivation = sequence(oid(oids.PBKDF2), sequence(octetString(Buffer.alloc(8)), integer(iterations)));
  return sequence(oid(oids.PBES2), sequence(derivation, sequence(oid(cipher), octetString(Buffer.alloc(iv)))));
};

describe('a PKCS#12 file', () => {
  it('gives back key, certificate and chain', async () => {
    const content = await readPkcs12(file, passphrase);
    expect(content.privateKey.equals(privateKey)).toBe(true);
    expect(content.certificate.der).toEqual(leaf.der);
    expect(content.chain.map(({ der }) => der)).toEqual([lower.der, upper.der]);
  });

  it.each(['', 'gebäude 12 €', `${passphrase} `])('does not open with %j', async (wrong) => {
    const error: unknown = await readPkcs12(file, wrong).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Pkcs12PassphraseError);
    expect(error).toMatchObject({ code: 'pkcs12-passphrase', value: undefined });
  });

  it('shows nothing of the key in the open', async () => {
    const secret = privateKey.export({ format: 'jwk' }).d ?? '';
    expect(file.includes(Buffer.from(secret, 'base64url'))).toBe(false);
    expect(file.includes(leaf.der)).toBe(false);
    const again = await createPkcs12({ privateKey, certificate: leaf, passphrase });
    expect(again.subarray(-48)).not.toEqual(file.subarray(-48));
  });

  it('is not made without passphrase, or with the certificate of another key', async () => {
    const refused = (change: object): Promise<unknown> =>
      createPkcs12({ privateKey, certificate: leaf, passphrase, ...change }).catch((error: unknown) => error);
    expect(await refused({ passphrase: '' })).toMatchObject({ code: 'pkcs12-refused', item: 'passphrase' });
    const other = await refused({ certificate: lower });
    expect(other).toBeInstanceOf(Pkcs12RefusedError);
    expect(other).toMatchObject({ item: 'private key', message: expect.stringContaining('"lower"') as string });
  });

  it('may hold its key and certificates in the open', async () => {
    const { certificate, chain } = await readPkcs12(fileOf(bags(certBag()), bags(keyBag())), passphrase);
    expect(certificate.der).toEqual(leaf.der);
    expect(chain).toEqual([]);
  });

  const stranger = createPrivateKey(
    generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }),
  );
  it.each<[string, Uint8Array, string]>([
    ['nothing', Buffer.alloc(0), 'is no DER'],
    ['a certificate', leaf.der, ''],
    ['another version', toDer(sequence(integer(2), plain(Buffer.alloc(0)))), 'it is not of version 3'],
    ['no checksum', toDer(sequence(integer(3), plain(Buffer.alloc(0)))), 'it has no checksum'],
    ['no key', fileOf(bags(certBag())), 'it holds 0 private keys instead of one'],
    ['two keys', fileOf(bags(keyBag(), keyBag(), certBag())), 'it holds 2 private keys instead of one'],
    ['no certificate', fileOf(bags(keyBag())), 'it holds no certificate of its private key'],
    ['another certificate', fileOf(bags(keyBag(stranger), certBag())), 'it holds no certificate of its private key'],
    ['no private key', fileOf(bags([oids.keyBag, sequence()], certBag())), 'its private key is none that can be used'],
    ['a damaged certificate', fileOf(bags(keyBag(), certBag(leaf.der.subarray(1)))), 'The certificate cannot be read'],
    ['an unknown encryption', fileOf(bags(encrypted(sequence(oid('1.2.3'))))), 'its encryption 1.2.3 is not supported'],
    ['an unknown cipher', fileOf(bags(encrypted(pbes2(1, '1.2.4')))), 'its encryption 1.2.4 is not supported'],
    ['years of work', fileOf(bags(encrypted(pbes2(1_000_001, oids['aes256-CBC'])))), 'it asks for 1000001 iterations'],
    ['a short vector', fileOf(bags(encrypted(pbes2(1, oids['aes256-CBC'], 8)))), 'its initial vector is of the wrong'],
  ])('is not read from %s', async (_what, bytes, reason) => {
    const error: unknown = await readPkcs12(bytes, passphrase).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Pkcs12UnreadableError);
    expect((error as Error).message).toContain(reason);
  });

  it('is refused or says the same whatever byte was changed', { timeout: 30_000 }, async () => {
    const small = fileOf(bags(keyBag(), certBag()));
    await readPkcs12(small, passphrase);
    const change = fc.tuple(fc.nat(small.length - 1), fc.integer({ min: 1, max: 255 }));
    const refuses = fc.asyncProperty(change, async ([at, difference]) => {
      const bytes = Buffer.from(small);
      bytes[at]! ^= difference;
      try {
        const content = await readPkcs12(bytes, passphrase);
        expect(content.privateKey.equals(privateKey)).toBe(true);
        expect(content.certificate.der).toEqual(leaf.der);
      } catch (error) {
        expect(error).toBeInstanceOf(PkiError);
      }
    });
    await fc.assert(refuses, { numRuns: 300 });
  });
});

it('derives keys as RFC 7292 has it, over more than one block', () => {
  // Bouncy Castle's and OpenSSL's vectors for SHA-1 ("smeg", salt 0a58cf64530d823f, 1 iteration).
  const derivation = {
    hash: 'sha1',
    passphrase: 'smeg',
    salt: Buffer.from('0a58cf64530d823f', 'hex'),
    iterations: 1,
  } as const;
  expect(pkcs12Key(derivation, 'key', 24).toString('hex')).toBe('8aaae6297b6cb04642ab5b077851284eb7128f1a2a7fbca3');
  expect(pkcs12Key(derivation, 'iv', 8).toString('hex')).toBe('79993dfe048d3b76');
});
