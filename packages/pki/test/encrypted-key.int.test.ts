import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { KeyUnreadableError } from '../src/errors.ts';
import { isEncryptedKey, readEncryptedKey, writeEncryptedKey } from '../src/key/encrypted-key.ts';
import { generateKeyPair } from '../src/key/key-algorithm.ts';
import { openssl, scratchFolder } from './scratch.ts';

const PASS = ['-passout', 'pass:open sesame'];

describe('keys that openssl encrypts', () => {
  it.each([
    ['PKCS#8 with des3', ['-des3']],
    ['PKCS#8 with aes256', ['-aes256']],
    ['DEK-Info with des3, as before version 3', ['-des3', '-traditional']],
    ['DEK-Info with aes256, as before version 3', ['-aes256', '-traditional']],
  ])('are read: %s', async (_, args) => {
    const file = join(await scratchFolder(), 'rootCA.key');
    await openssl('genrsa', ...args, ...PASS, '-out', file, '2048');
    const pem = await readFile(file, 'utf8');
    expect(isEncryptedKey(pem)).toBe(true);
    const key = readEncryptedKey(pem, 'open sesame');
    expect(key.asymmetricKeyDetails).toMatchObject({ modulusLength: 2048 });
  });

  it('are refused when the cipher is no longer safe', async () => {
    const file = join(await scratchFolder(), 'old.key');
    const legacy = ['-provider', 'legacy', '-provider', 'default'];
    await openssl('genrsa', '-des', '-traditional', ...legacy, ...PASS, '-out', file, '2048');
    const pem = await readFile(file, 'utf8');
    expect(() => readEncryptedKey(pem, 'open sesame')).toThrow(KeyUnreadableError);
  });
});

describe('keys that we encrypt', () => {
  it.each(['aes256', 'des3'] as const)('are read by openssl: %s', async (cipher) => {
    const { privateKey } = await generateKeyPair('RSA-2048');
    const file = join(await scratchFolder(), 'rootCA.key');
    await writeFile(file, writeEncryptedKey(privateKey, 'open sesame', cipher));
    const modulus = await openssl('rsa', '-in', file, '-passin', 'pass:open sesame', '-noout', '-modulus');
    const { n = '' } = privateKey.export({ format: 'jwk' });
    expect(modulus.trim()).toBe(`Modulus=${Buffer.from(n, 'base64url').toString('hex').toUpperCase()}`);
  });
});
