import { createPublicKey, generateKeyPairSync } from 'node:crypto';

import { beforeAll, describe, expect, it } from 'vitest';

import { boolean, oid, sequence, toDer } from '../der/der.ts';
import { DerReader } from '../der/der-reader.ts';
import { oids } from '../der/oids.ts';
import { generateKeyPair } from '../key/key-algorithm.ts';
import type { KeyPair } from '../key/key-algorithm.ts';
import { encodeName } from '../name/distinguished-name.ts';
import type { Certificate } from './certificate.ts';
import * as extensions from './extensions.ts';
import type { Extension } from './extensions.ts';
import { createRootCertificate, issueCertificate } from './issue.ts';
import { lintCodes, lintTbs } from './lint.ts';
import type { LintContext } from './lint.ts';
import { nameConstraintsExtension } from './name-constraints.ts';
import { revocationExtensions } from './revocation-urls.ts';
import { encodeTbs } from './tbs.ts';
import type { CertificateTemplate } from './tbs.ts';

const now = Date.parse('2026-03-01T12:00:00Z');
const clock = { now: () => now };
const spki = (keys: KeyPair): Buffer => keys.publicKey.export({ type: 'spki', format: 'der' });
const identifier = (hex: string | undefined): Buffer => Buffer.from(hex ?? '', 'hex');

let rootKeys: KeyPair;
let keys: KeyPair;
let root: Certificate;
let leaf: Certificate;

beforeAll(async () => {
  rootKeys = await generateKeyPair('P-256');
  keys = await generateKeyPair('P-256');
  const { privateKey } = rootKeys;
  root = createRootCertificate({ subject: { commonName: 'ca' }, privateKey, validity: { days: 100 }, clock });
  leaf = issueCertificate({
    profile: 'server',
    issuer: { certificate: root, privateKey },
    publicKey: keys.publicKey,
    subject: { commonName: 'server' },
    dnsNames: ['server.example'],
    ipAddresses: [],
    validity: { days: 10 },
    clock,
  });
});

/** A faultless server certificate, into which each test plants one fault. */
function template(fault: Partial<CertificateTemplate> = {}, replaced: readonly Extension[] = []): CertificateTemplate {
  const sound = [
    extensions.basicConstraints(undefined),
    extensions.keyUsage('digitalSignature'),
    extensions.extendedKeyUsage(oids.serverAuth),
    extensions.subjectAltName({ dns: ['server.example'], ip: [new Uint8Array(4)] }),
    extensions.subjectKeyIdentifier(identifier(leaf.subjectKeyIdentifier)),
    extensions.authorityKeyIdentifier(identifier(root.subjectKeyIdentifier)),
  ];
  return {
    serialNumber: Buffer.alloc(16, 1),
    signatureAlgorithm: sequence(oid(oids['ecdsa-with-SHA256'])),
    issuer: encodeName({ commonName: 'ca' }),
    notBefore: new Date(now),
    notAfter: new Date(now + 86_400_000),
    subject: encodeName({ commonName: 'server' }),
    publicKey: spki(keys),
    extensions: sound.map((one) => replaced.find((other) => other.oid === one.oid) ?? one),
    ...fault,
  };
}

const without = (id: string): CertificateTemplate => {
  const sound = template();
  return { ...sound, extensions: sound.extensions.filter((extension) => extension.oid !== id) };
};
const context = (changed: Partial<LintContext> = {}): LintContext => ({
  profile: 'server',
  issuer: root,
  signingKey: rootKeys.privateKey,
  verifyingKey: createPublicKey(changed.signingKey ?? rootKeys.privateKey),
  ...changed,
});
function lint(faulty: CertificateTemplate, changed: Partial<LintContext> = {}): string[] {
  const { problems } = lintTbs(DerReader.of(toDer(encodeTbs(faulty)), 'certificate'), context(changed));
  return [...new Set(problems.map(({ code }) => code))];
}
const named = (dns: readonly string[], ip: readonly Uint8Array[] = []): CertificateTemplate =>
  template({}, [extensions.subjectAltName({ dns, ip })]);
const dated = (notBefore: string, notAfter: string): CertificateTemplate =>
  template({ notBefore: new Date(notBefore), notAfter: new Date(notAfter) });

const withMore = (...more: readonly Extension[]): CertificateTemplate => {
  const sound = template();
  return { ...sound, extensions: [...sound.extensions, ...more] };
};
/** The root as if it had been made with these constraints. */
const constrainedTo = (dnsName: string): Certificate => ({
  ...root,
  extensions: [...root.extensions, nameConstraintsExtension({ permitted: { dnsNames: [dnsName] } })],
});

/** One planted fault, and the codes it must lead to. */
const faults: readonly [string, string[], () => string[]][] = [
  ['a serial number that is too long', ['serial'], () => lint(template({ serialNumber: Buffer.alloc(21, 1) }))],
  ['a serial number that is too short', ['serial'], () => lint(template({ serialNumber: Buffer.from([1]) }))],
  ['a negative serial number', ['serial'], () => lint(template({ serialNumber: Buffer.alloc(16, 0x81) }))],
  [
    'an algorithm that is not of the key',
    ['signature-algorithm'],
    () => lint(template({ signatureAlgorithm: sequence(oid('1.2.840.113549.1.1.11')) })),
  ],
  ["a key that is not the issuer's", ['signing-key'], () => lint(template(), { signingKey: keys.privateKey })],
  ['an end before the begin', ['validity-order'], () => lint(dated('2026-03-03T00:00:00Z', '2026-03-02T00:00:00Z'))],
  [
    "an end after the issuer's",
    ['validity-inside-issuer'],
    () => lint(dated('2026-03-02T00:00:00Z', '2027-03-02T00:00:00Z')),
  ],
  [
    "a begin before the issuer's",
    ['validity-inside-issuer'],
    () => lint(dated('2026-02-02T00:00:00Z', '2026-03-02T00:00:00Z')),
  ],
  ['a long common name', ['subject'], () => lint(template({ subject: encodeName({ commonName: 'x'.repeat(65) }) }))],
  ['an empty common name', ['subject'], () => lint(template({ subject: encodeName({ commonName: '' }) }))],
  ['a subject without common name', ['subject'], () => lint(template({ subject: sequence() }))],
  [
    'a country in words',
    ['subject'],
    () => lint(template({ subject: encodeName({ country: 'USA', commonName: 'x' }) })),
  ],
  ["another issuer's name", ['issuer-name'], () => lint(template({ issuer: encodeName({ commonName: 'cb' }) }))],
  [
    'an issuer that is a server',
    ['issuer-is-authority'],
    () => lint(template(), { issuer: { ...root, isAuthority: false } }),
  ],
  [
    'an issuer that may not sign',
    ['issuer-is-authority'],
    () => lint(template(), { issuer: { ...root, keyUsages: ['cRLSign'] } }),
  ],
  [
    'an authority below one that allows none',
    ['path-length'],
    () => {
      const authority = [
        extensions.basicConstraints({ pathLength: 0 }),
        extensions.keyUsage('keyCertSign', 'cRLSign'),
        extensions.subjectKeyIdentifier(identifier(leaf.subjectKeyIdentifier)),
        extensions.authorityKeyIdentifier(identifier(root.subjectKeyIdentifier)),
      ];
      const below = template({ extensions: authority });
      expect(lint(below, { profile: 'authority' })).toEqual([]);
      return lint(below, { profile: 'authority', issuer: { ...root, pathLength: 0 } });
    },
  ],
  [
    'a key of another curve',
    ['public-key'],
    () => lint(template({ publicKey: spki(generateKeyPairSync('ec', { namedCurve: 'P-521' })) })),
  ],
  [
    'an extension that stands there twice',
    ['extension-repeated'],
    () => lint(template({ extensions: [...template().extensions, extensions.keyUsage('digitalSignature')] })),
  ],
  [
    'a server that would be an authority',
    ['basic-constraints'],
    () => lint(template({}, [extensions.basicConstraints({ pathLength: 0 })])),
  ],
  ['no basic constraints', ['basic-constraints'], () => lint(without(oids.basicConstraints))],
  [
    'basic constraints that are not critical',
    ['basic-constraints'],
    () => lint(template({}, [{ ...extensions.basicConstraints(undefined), critical: false }])),
  ],
  [
    'a server that may sign certificates',
    ['key-usage'],
    () => lint(template({}, [extensions.keyUsage('digitalSignature', 'keyCertSign')])),
  ],
  ['no key usage', ['key-usage'], () => lint(without(oids.keyUsage))],
  [
    'no use for servers',
    ['extended-key-usage'],
    () => lint(template({}, [extensions.extendedKeyUsage(oids.clientAuth)])),
  ],
  ['no alternative name', ['san-missing'], () => lint(without(oids.subjectAltName))],
  ['an empty list of alternative names', ['san-missing'], () => lint(named([]))],
  ['a DNS name with a blank', ['san-dns'], () => lint(named(['a b']))],
  ['a DNS name with a long label', ['san-dns'], () => lint(named(['x'.repeat(64)]))],
  ['a DNS name that is too long', ['san-dns'], () => lint(named(['abcdefghi.'.repeat(26)]))],
  ['a DNS name that is an IP address', ['san-dns'], () => lint(named(['10.0.0.1']))],
  ['a DNS name with a wildcard', ['san-dns'], () => lint(named(['*.example']))],
  ['an IP address of five bytes', ['san-ip'], () => lint(named(['a'], [new Uint8Array(5)]))],
  [
    'an e-mail address without host',
    ['san-email'],
    () => lint(template({}, [extensions.subjectAltName({ dns: ['a'], ip: [], email: ['who@'] })])),
  ],
  [
    'constraints of a server',
    ['name-constraints'],
    () => lint(withMore(nameConstraintsExtension({ permitted: { dnsNames: ['example'] } }))),
  ],
  [
    'a name that the issuer may not give',
    ['name-constraints'],
    () => lint(template(), { issuer: constrainedTo('other') }),
  ],
  [
    'an address of a revocation list that is no http',
    ['revocation-urls'],
    () => lint(withMore(...revocationExtensions({ crl: 'ldap://x' }))),
  ],
  ['no subject key identifier', ['key-identifiers'], () => lint(without(oids.subjectKeyIdentifier))],
  [
    "an authority key identifier that is not the issuer's",
    ['key-identifiers'],
    () => lint(template({}, [extensions.authorityKeyIdentifier(Buffer.alloc(20))])),
  ],
  ['no authority key identifier', ['key-identifiers'], () => lint(without(oids.authorityKeyIdentifier))],
  ['a date before 2050 as GeneralizedTime', ['validity-encoding'], () => lintGeneralizedTime()],
];

/** The encoder cannot make this fault: the UTCTime of the end is exchanged in the bytes. */
function lintGeneralizedTime(): string[] {
  const sound = toDer(encodeTbs(template())).toString('hex');
  const utc = Buffer.from('260302120000Z', 'latin1').toString('hex');
  const general = Buffer.from('20260302120000Z', 'latin1').toString('hex');
  const [, length = ''] = /^3082(....)/.exec(sound) ?? [];
  const longer = (Number.parseInt(length, 16) + 2).toString(16).padStart(4, '0');
  const bytes = sound
    .replace(/^3082..../, `3082${longer}`)
    .replace('301e170d', '3020170d')
    .replace(`170d${utc}`, `180f${general}`);
  const { problems } = lintTbs(DerReader.of(Buffer.from(bytes, 'hex'), 'certificate'), context());
  return problems.map(({ code }) => code);
}

describe('the lint', () => {
  it('has nothing to say about a faultless certificate', () => {
    expect(lint(template())).toEqual([]);
  });

  it.each(faults)('finds %s', (_, codes, run) => {
    expect(run()).toEqual(codes);
  });

  it('has a planted fault for every rule', () => {
    expect(new Set(faults.flatMap(([, codes]) => codes))).toEqual(new Set(lintCodes));
  });

  it('finds all faults of one certificate', () => {
    const faulty = template({ serialNumber: Buffer.from([1]), subject: sequence() }, [extensions.keyUsage('cRLSign')]);
    expect(lint(faulty).sort()).toEqual(['key-usage', 'serial', 'subject']);
  });

  it('wants a root to be an authority with a path length', () => {
    const self = { publicKey: spki(rootKeys), issuer: encodeName({ commonName: 'server' }) };
    const asRoot = { profile: 'root', issuer: undefined } as const;
    expect(lint(template(self), asRoot)).toEqual(['basic-constraints', 'key-usage', 'extended-key-usage']);
    const unlimited = { oid: oids.basicConstraints, critical: true, value: toDer(sequence(boolean(true))) };
    const usage = extensions.keyUsage('keyCertSign', 'cRLSign');
    expect(lint(template(self, [unlimited, usage]), asRoot)).toEqual(['basic-constraints', 'extended-key-usage']);
  });
});
