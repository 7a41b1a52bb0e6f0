import { describe, expect, it } from 'vitest';

import { isEncryptedKey, keyCiphers, readEncryptedKey, writeEncryptedKey } from './encrypted-key.ts';
import type { KeyCipher } from './encrypted-key.ts';
import { PassphraseWrongError } from './errors.ts';
import { generateKeyPair } from './key-algorithm.ts';
import { writePrivateKey } from './private-key.ts';

describe('an encrypted key', () => {
  it.each(Object.keys(keyCiphers) as KeyCipher[])('by %s opens with its passphrase only', async (cipher) => {
    const { privateKey } = await generateKeyPair('P-256');
    const pem = writeEncryptedKey(privateKey, 'pässword 1', cipher);
    expect(isEncryptedKey(pem)).toBe(true);
    expect(readEncryptedKey(pem, 'pässword 1').equals(privateKey)).toBe(true);
    // Some of so many leave a padding that looks right.
    for (let n = 0; n < 600; n++) expect(() => readEncryptedKey(pem, `wrong ${n}`)).toThrow(PassphraseWrongError);
  });

  it('is told from one that is not', async () => {
    const { privateKey } = await generateKeyPair('P-256');
    expect(isEncryptedKey(writePrivateKey(privateKey))).toBe(false);
    expect(isEncryptedKey('')).toBe(false);
  });

  it('does not show key or passphrase when it does not open', async () => {
    const { privateKey } = await generateKeyPair('P-256');
    const pem = writeEncryptedKey(privateKey, 'secret');
    try {
      readEncryptedKey(pem, 'not-that');
      expect.unreachable();
    } catch (error) {
      expect(`${String(error)}${JSON.stringify(error)}`).not.toMatch(/not-that|BEGIN/);
    }
  });
});
