import { generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

import { beforeAll, describe, expect, it } from 'vitest';

import { CertificateRefusedError, KeyUnsupportedError, ValidityUnusableError } from '../errors.ts';
import { generateKeyPair } from '../key/key-algorithm.ts';
import { readCertificate } from './certificate.ts';
import { createRootCertificate, issueCertificate } from './issue.ts';
import type { Authority, CertificateOptions } from './issue.ts';
import type { Validity } from './validity.ts';

const now = Date.parse('2026-03-01T12:00:00.900Z');
const at = (time: number): { now: () => number } => ({ now: () => time });
const days = 86_400_000;

let privateKey: KeyObject;
let publicKey: KeyObject;

beforeAll(async () => {
  ({ privateKey } = await generateKeyPair('P-256'));
  ({ publicKey } = await generateKeyPair('P-256'));
});

function authority(validity: Validity = { days: 3650 }): Authority {
  const subject = { country: 'US', organization: 'Building', commonName: 'central-root-ca' };
  return { certificate: createRootCertificate({ subject, privateKey, validity, clock: at(now) }), privateKey };
}

function issue(request: Partial<CertificateOptions> = {}) {
  return issueCertificate({
    profile: 'server',
    issuer: authority(),
    publicKey,
    subject: { commonName: 'web' },
    dnsNames: ['web.example'],
    ipAddresses: [],
    validity: { days: 90 },
    clock: at(now),
    ...request,
  });
}

function refusal(request: Partial<CertificateOptions>): string[] {
  try {
    issue(request);
  } catch (error) {
    if (error instanceof CertificateRefusedError) return error.problems.map(({ code }) => code);
    throw error;
  }
  return [];
}

describe('a root certificate', () => {
  it('is an authority that names itself, begun five minutes ago', () => {
    const { certificate } = authority();
    expect(certificate).toMatchObject({
      subject: { country: 'US', organization: 'Building', commonName: 'central-root-ca' },
      issuer: certificate.subject,
      isAuthority: true,
      pathLength: 1,
      keyUsages: ['keyCertSign', 'cRLSign'],
      notBefore: new Date('2026-03-01T11:55:00Z'),
      notAfter: new Date(Date.parse('2026-03-01T12:00:00Z') + 3650 * days),
    });
  });

  it('may end after 2049', () => {
    const notAfter = new Date('2051-01-01T00:00:00Z');
    expect(authority({ notBefore: new Date(now), notAfter }).certificate.notAfter).toEqual(notAfter);
  });

  it('needs a key of a known kind', () => {
    const { privateKey: p521 } = generateKeyPairSync('ec', { namedCurve: 'P-521' });
    const request = { subject: { commonName: 'ca' }, privateKey: p521, validity: { days: 1 }, clock: at(now) };
    expect(() => createRootCertificate(request)).toThrow(KeyUnsupportedError);
    expect(() => createRootCertificate(request)).toThrow('Keys of the kind "ec secp521r1" are not supported.');
  });
});

describe('a server certificate', () => {
  it('says what it was asked to say', () => {
    const issuer = authority();
    const certificate = issue({ issuer, ipAddresses: ['10.0.0.1', 'FE80:0::1'], profile: 'peer' });
    expect(certificate).toMatchObject({
      subject: { commonName: 'web' },
      issuer: issuer.certificate.subject,
      dnsNames: ['web.example'],
      ipAddresses: ['10.0.0.1', 'fe80::1'],
      isAuthority: false,
      keyUsages: ['digitalSignature'],
      extendedKeyUsages: ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'],
      authorityKeyIdentifier: issuer.certificate.subjectKeyIdentifier,
    });
    expect(certificate.publicKey.equals(publicKey)).toBe(true);
  });

  it('is for servers only unless asked', () => {
    expect(issue().extendedKeyUsages).toEqual(['1.3.6.1.5.5.7.3.1']);
  });

  it('has a positive serial number of 16 octets that does not repeat', () => {
    const issuer = authority();
    const serials = Array.from({ length: 100 }, () => issue({ issuer }).serialNumber);
    expect(new Set(serials).size).toBe(100);
    for (const serial of serials) expect(serial).toMatch(/^[4-7][0-9a-f]{31}$/);
  });

  it('begins no earlier and ends no later than its issuer when asked for a number of days', () => {
    const issuer = authority({ notBefore: new Date(now), notAfter: new Date(now + 10 * days) });
    const { notBefore, notAfter } = issue({ issuer });
    expect([notBefore, notAfter]).toEqual([issuer.certificate.notBefore, issuer.certificate.notAfter]);
  });

  it('is refused with exact dates outside its issuer', () => {
    const validity = { notBefore: new Date(now), notAfter: new Date(now + 4000 * days) };
    expect(refusal({ validity })).toEqual(['validity-inside-issuer']);
  });

  it('is refused from an issuer that has ended', () => {
    expect(refusal({ clock: at(now + 4000 * days) })).toContain('validity-order');
  });

  it('is refused from another server', () => {
    expect(refusal({ issuer: { certificate: issue(), privateKey } })).toContain('issuer-is-authority');
  });

  it("is refused when the key is not the issuer's", async () => {
    const other = await generateKeyPair('P-256');
    const issuer = { ...authority(), privateKey: other.privateKey };
    expect(refusal({ issuer })).toEqual(['signing-key']);
  });

  it('is refused with all problems at once', () => {
    const request = {
      subject: { country: 'USA', commonName: '' },
      dnsNames: ['ä.example'],
      ipAddresses: ['10.0.0.256'],
    };
    expect(refusal(request)).toEqual(['san-ip', 'subject', 'subject', 'san-dns']);
    expect(() => issue(request)).toThrow('"10.0.0.256" is no IP address [san-ip]; ');
  });

  it.each([NaN, Infinity, 1e9])('is refused for %s days', (count) => {
    const request = { subject: { commonName: 'ca' }, privateKey, validity: { days: count }, clock: at(now) };
    expect(() => createRootCertificate(request)).toThrow(ValidityUnusableError);
  });

  it('is refused for dates that are none', () => {
    const validity = { notBefore: new Date(NaN), notAfter: new Date(now) };
    expect(() => issue({ validity })).toThrow(
      expect.objectContaining({ code: 'validity-unusable', item: 'notBefore' }),
    );
  });

  it('reads back from its PEM as it was issued', () => {
    const certificate = issue();
    const { publicKey: key, ...fields } = readCertificate(certificate.pem);
    const { publicKey: expectedKey, ...expected } = certificate;
    expect(fields).toEqual(expected);
    expect(key.equals(expectedKey)).toBe(true);
  });
});
