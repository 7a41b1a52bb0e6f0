import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { createPkcs12, generateKeyPair, readPkcs12, readPrivateKey, writePrivateKey } from '../src/index.ts';
import type { KeyAlgorithmName } from '../src/index.ts';
import { issue, makeAuthority } from './authority.ts';
import { openssl, scratchFolder } from './scratch.ts';

const passphrase = 'Haus 12 ö';

async function pair(algorithm: KeyAlgorithmName = 'P-256') {
  const folder = await scratchFolder();
  const path = (name: string): string => join(folder, name);
  const issuer = await makeAuthority();
  const { privateKey, publicKey } = await generateKeyPair(algorithm);
  const { certificate } = await issue(issuer, { publicKey });
  await writeFile(path('key.pem'), writePrivateKey(privateKey));
  await writeFile(path('certificate.pem'), certificate.pem);
  await writeFile(path('root.pem'), issuer.certificate.pem);
  await writeFile(path('passphrase'), passphrase);
  return { path, privateKey, certificate, root: issuer.certificate };
}

describe('openssl', () => {
  it.each(['P-256', 'P-384', 'Ed25519', 'RSA-2048'] as const)(
    'reads our PKCS#12 files with a key of %s',
    async (algorithm) => {
      const { path, privateKey, certificate, root } = await pair(algorithm);
      await writeFile(path('ours.p12'), await createPkcs12({ privateKey, certificate, chain: [root], passphrase }));
      const open = ['pkcs12', '-in', path('ours.p12'), '-passin', `file:${path('passphrase')}`];
      const text = await openssl(...open, '-nodes');
      expect(text).toContain('friendlyName: central.platform.web');
      expect(text.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
      expect(readPrivateKey(text.slice(text.indexOf('-----BEGIN PRIVATE KEY'))).equals(privateKey)).toBe(true);
      const wrong = ['pkcs12', '-in', path('ours.p12'), '-passin', 'pass:x', '-nodes'];
      await expect(openssl(...wrong)).rejects.toThrow(/invalid password/);
    },
  );

  it.each([
    ['its default', []],
    ['3DES and SHA-1', ['-keypbe', 'PBE-SHA1-3DES', '-certpbe', 'PBE-SHA1-3DES', '-macalg', 'sha1']],
    ['AES-128 and SHA-512', ['-keypbe', 'AES-128-CBC', '-certpbe', 'AES-128-CBC', '-macalg', 'sha512']],
    ['certificates in the open', ['-certpbe', 'NONE']],
  ])('makes PKCS#12 files with %s that are read here', async (_what, options) => {
    const { path, privateKey, certificate, root } = await pair();
    const files = ['-inkey', path('key.pem'), '-in', path('certificate.pem'), '-certfile', path('root.pem')];
    const secret = ['-passout', `file:${path('passphrase')}`, '-out', path('theirs.p12')];
    await openssl('pkcs12', '-export', ...files, ...secret, ...options);
    const content = await readPkcs12(await readFile(path('theirs.p12')), passphrase);
    expect(content.privateKey.equals(privateKey)).toBe(true);
    expect([content.certificate, ...content.chain].map(({ pem }) => pem)).toEqual([certificate.pem, root.pem]);
    await expect(readPkcs12(await readFile(path('theirs.p12')), 'x')).rejects.toThrow('The passphrase does not open');
  });

  it('makes PKCS#12 files with RC2, which are refused by name', async () => {
    const { path } = await pair();
    const files = ['-inkey', path('key.pem'), '-in', path('certificate.pem'), '-out', path('theirs.p12')];
    await openssl('pkcs12', '-export', '-legacy', ...files, '-passout', `file:${path('passphrase')}`);
    const reading = readPkcs12(await readFile(path('theirs.p12')), passphrase);
    await expect(reading).rejects.toThrow('its encryption 1.2.840.113549.1.12.1.6 is not supported');
  });
});
