import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { CertificateUnreadableError } from '../errors.ts';
import { generateKeyPair } from '../key/key-algorithm.ts';
import { readPrivateKey, writePrivateKey } from '../key/private-key.ts';
import { readCertificate } from './certificate.ts';
import { createRootCertificate } from './issue.ts';

const { privateKey } = await generateKeyPair('P-256');
const root = createRootCertificate({
  subject: { commonName: 'ca' },
  privateKey,
  validity: { days: 1 },
  clock: { now: () => Date.parse('2026-03-01T12:00:00Z') },
});
const pemOf = (der: Uint8Array): string =>
  `-----BEGIN CERTIFICATE-----\n${Buffer.from(der).toString('base64')}\n-----END CERTIFICATE-----\n`;

describe('readCertificate', () => {
  it.each([
    ['', 'the text holds 0 certificates instead of one'],
    [root.pem + root.pem, 'the text holds 2 certificates instead of one'],
    [pemOf(Buffer.from('nonsense')), ''],
    [pemOf(root.der.subarray(0, 100)), ''],
  ])('refuses %#', (pem, reason) => {
    expect(() => readCertificate(pem)).toThrow(CertificateUnreadableError);
    expect(() => readCertificate(pem)).toThrow(reason);
  });

  it('reads or refuses whatever the bytes, and fails in no other way', () => {
    fc.assert(
      fc.property(fc.nat(root.der.length - 1), fc.nat(255), (at, byte) => {
        const bytes = Buffer.from(root.der);
        bytes[at] = byte;
        try {
          readCertificate(pemOf(bytes));
        } catch (error) {
          expect(error).toBeInstanceOf(CertificateUnreadableError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('private keys', () => {
  it('are written as PKCS#8 PEM and read back', () => {
    const pem = writePrivateKey(privateKey);
    expect(pem).toMatch(/^-----BEGIN PRIVATE KEY-----/);
    expect(readPrivateKey(pem).equals(privateKey)).toBe(true);
  });

  it('that cannot be read do not appear in the error', () => {
    expect(() => readPrivateKey('-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----')).toThrow(
      expect.objectContaining({ code: 'key-unreadable', message: 'The private key cannot be read.', value: undefined }),
    );
  });
});
