import { createHash, createPublicKey, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

import { toDer } from '../der/der.ts';
import type { DerNode } from '../der/der.ts';
import { DerReader } from '../der/der-reader.ts';
import { CertificateRefusedError } from '../errors.ts';
import type { CertificateProblem } from '../errors.ts';
import { algorithmOf } from '../key/key-algorithm.ts';
import { encodeName } from '../name/distinguished-name.ts';
import type { DistinguishedName } from '../name/distinguished-name.ts';
import { isHostName } from '../name/host-name.ts';
import { parseIpAddress } from '../name/ip-address.ts';
import { certificateOf, tbsReader } from './certificate.ts';
import type { Certificate } from './certificate.ts';
import {
  authorityKeyIdentifier,
  basicConstraints,
  extendedKeyUsage,
  keyUsage,
  subjectAltName,
  subjectKeyIdentifier,
} from './extensions.ts';
import type { Extension } from './extensions.ts';
import { extendedUsagesOf, leafKeyUsages } from './profile.ts';
import { lintTbs } from './lint.ts';
import type { LintContext } from './lint.ts';
import { encodeCertificate, encodeTbs, readTbs } from './tbs.ts';
import type { CertificateTemplate } from './tbs.ts';
import { resolveValidity } from './validity.ts';
import type { Validity, WallClock } from './validity.ts';

/** A certificate authority: its certificate and the private key that signs. */
export interface Authority {
  readonly certificate: Certificate;
  readonly privateKey: KeyObject;
}

export interface RootRequest {
  readonly subject: DistinguishedName;
  readonly privateKey: KeyObject;
  readonly validity: Validity;
  readonly clock: WallClock;
}

/** A leaf for a TLS server, a TLS client or one that is both, or an authority below the issuer. */
export type CertificateProfile = 'server' | 'client' | 'peer' | 'authority';

export interface CertificateOptions {
  readonly issuer: Authority;
  readonly profile: CertificateProfile;
  readonly subject: DistinguishedName;
  readonly publicKey: KeyObject;
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
  readonly validity: Validity;
  /** 8 to 20 octets, of which 64 bits are random; made when not given. */
  readonly serialNumber?: Uint8Array;
  /** Of an authority: how many others may stand between it and a leaf; 0 when not given. */
  readonly pathLength?: number;
  readonly clock: WallClock;
}

/** A root may have one authority between itself and leaves, as VOLTTRON's (reference/rmq-web-csr.md §2.3). */
const rootPathLength = 1;

/** @throws CertificateRefusedError with all problems, KeyUnsupportedError */
export function createRootCertificate({ subject, privateKey, validity, clock }: RootRequest): Certificate {
  const publicKey = createPublicKey(privateKey);
  const name = encodeName(subject);
  const template = {
    serialNumber: newSerialNumber(),
    signatureAlgorithm: algorithmOf(privateKey).signatureAlgorithm(),
    issuer: name,
    ...resolveValidity(validity, clock, undefined),
    subject: name,
    publicKey: spki(publicKey),
    extensions: [
      basicConstraints({ pathLength: rootPathLength }),
      keyUsage('keyCertSign', 'cRLSign'),
      subjectKeyIdentifier(keyIdentifier(publicKey)),
    ],
  };
  return signTemplate(template, { profile: 'root', issuer: undefined, signingKey: privateKey }, subject, []);
}

/** @throws CertificateRefusedError with all problems, KeyUnsupportedError, ValidityUnusableError */
export function issueCertificate(options: CertificateOptions): Certificate {
  const { issuer, profile, publicKey, subject, ipAddresses = [] } = options;
  const addresses = ipAddresses.map((text) => ({ text, bytes: parseIpAddress(text) }));
  const template = {
    serialNumber: options.serialNumber ?? newSerialNumber(),
    signatureAlgorithm: algorithmOf(issuer.privateKey).signatureAlgorithm(),
    issuer: nameOf(issuer.certificate),
    ...resolveValidity(options.validity, options.clock, issuer.certificate),
    subject: encodeName(subject),
    publicKey: spki(publicKey),
    extensions: [
      ...usageExtensions(options),
      ...nameExtension(
        dnsNamesOf(options),
        addresses.flatMap(({ bytes }) => bytes ?? []),
      ),
      subjectKeyIdentifier(keyIdentifier(publicKey)),
      authorityKeyIdentifier(issuerKeyIdentifier(issuer.certificate)),
    ],
  };
  const unreadable = addresses
    .filter(({ bytes }) => bytes === undefined)
    .map(({ text }) => ({ code: 'san-ip', message: `${JSON.stringify(text)} is no IP address` }));
  const context = { profile, issuer: issuer.certificate, signingKey: issuer.privateKey } as const;
  return signTemplate(template, context, subject, unreadable);
}

function usageExtensions({ profile, publicKey, pathLength = 0 }: CertificateOptions): Extension[] {
  if (profile === 'authority') return [basicConstraints({ pathLength }), keyUsage('keyCertSign', 'cRLSign')];
  return [
    basicConstraints(undefined),
    keyUsage(...leafKeyUsages(publicKey)),
    extendedKeyUsage(...extendedUsagesOf(profile)),
  ];
}

/** A server's common name stands among its alternative names, too: those alone are looked at (RFC 9525 §2). */
function dnsNamesOf({ profile, subject: { commonName }, dnsNames = [] }: CertificateOptions): readonly string[] {
  const isServer = profile === 'server' || profile === 'peer';
  const isNamed = dnsNames.length > 0 || !isServer || !isHostName(commonName);
  return isNamed ? dnsNames : [commonName];
}

const nameExtension = (dns: readonly string[], ip: readonly Uint8Array[]): Extension[] =>
  dns.length + ip.length === 0 ? [] : [subjectAltName({ dns, ip })];

function signTemplate(
  template: CertificateTemplate,
  context: LintContext,
  subject: DistinguishedName,
  found: readonly CertificateProblem[],
): Certificate {
  const tbs = encodeTbs(template);
  const bytes = toDer(tbs);
  const problems = [...found, ...lintTbs(DerReader.of(bytes, 'certificate'), context)];
  if (problems.length > 0) throw new CertificateRefusedError(subject.commonName, problems);
  const signature = algorithmOf(context.signingKey).sign(bytes, context.signingKey);
  return certificateOf(encodeCertificate(tbs, template.signatureAlgorithm, signature));
}

/** 126 random bits; the two leading ones are fixed to keep it positive and of full length. */
function newSerialNumber(): Buffer {
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  return serial;
}

function spki(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' });
}

/** The leftmost 160 bits of SHA-256 over the public key's bits (RFC 7093 §2, method 1). */
function keyIdentifier(key: KeyObject): Buffer {
  const bits = DerReader.of(spki(key), 'public key').sequence()[1]?.content().subarray(1) ?? Buffer.alloc(0);
  return createHash('sha256').update(bits).digest().subarray(0, 20);
}

function issuerKeyIdentifier({ subjectKeyIdentifier: identifier, publicKey }: Certificate): Buffer {
  return identifier === undefined ? keyIdentifier(publicKey) : Buffer.from(identifier, 'hex');
}

/** A copy of the issuer's own bytes: comparing names is comparing bytes. */
function nameOf(issuer: Certificate): DerNode {
  return readTbs(tbsReader(issuer)).subject.node;
}
