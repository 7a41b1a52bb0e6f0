import { createPublicKey, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

import { toDer } from '../der/der.ts';
import { DerReader } from '../der/der-reader.ts';
import { CertificateRefusedError } from '../errors.ts';
import type { CertificateProblem } from '../errors.ts';
import { algorithmOf } from '../key/key-algorithm.ts';
import { keyIdentifier, spki } from '../key/spki.ts';
import { encodeName, readName } from '../name/distinguished-name.ts';
import type { DistinguishedName } from '../name/distinguished-name.ts';
import { isHostName } from '../name/host-name.ts';
import { parseIpAddress } from '../name/ip-address.ts';
import { describeCertificate } from './certificate.ts';
import type { Certificate } from './certificate.ts';
import {
  authorityKeyIdentifier,
  basicConstraints,
  extendedKeyUsage,
  keyUsage,
  ocspNoCheck,
  subjectAltName,
  subjectKeyIdentifier,
} from './extensions.ts';
import type { Extension } from './extensions.ts';
import type { AlternativeNames } from './general-names.ts';
import { issuerParts } from './issuer-parts.ts';
import { lintTbs } from './lint.ts';
import type { LintContext } from './lint.ts';
import { nameConstraintsExtension } from './name-constraints.ts';
import type { NameConstraints } from './name-constraints.ts';
import { extendedUsagesOf, leafKeyUsages } from './profile.ts';
import type { LeafProfile } from './profile.ts';
import { revocationExtensions } from './revocation-urls.ts';
import type { RevocationUrls } from './revocation-urls.ts';
import { encodeCertificate, encodeTbs } from './tbs.ts';
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

/** What kind of leaf, or an authority below the issuer. */
export type CertificateProfile = LeafProfile | 'authority';

export interface CertificateOptions {
  readonly issuer: Authority;
  readonly profile: CertificateProfile;
  readonly subject: DistinguishedName;
  readonly publicKey: KeyObject;
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
  readonly emailAddresses?: readonly string[];
  readonly validity: Validity;
  /** 8 to 20 octets, of which 64 bits are random; made when not given. */
  readonly serialNumber?: Uint8Array;
  /** Of an authority: how many others may stand between it and a leaf; 0 when not given. */
  readonly pathLength?: number;
  /** Of an authority. */
  readonly nameConstraints?: NameConstraints;
  readonly revocationUrls?: RevocationUrls;
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
  const keys = { signingKey: privateKey, verifyingKey: publicKey };
  return signTemplate(template, { profile: 'root', issuer: undefined, ...keys }, publicKey, []);
}

/**
 * @throws CertificateRefusedError with all problems, KeyUnsupportedError, ValidityUnusableError; DerError for a name
 *   constraint that is no IP range
 */
export function issueCertificate(options: CertificateOptions): Certificate {
  const { issuer, profile, publicKey, subject, ipAddresses = [], emailAddresses = [] } = options;
  const { name, keyIdentifier: issuerKey, verifyingKey, algorithm } = issuerParts(issuer);
  const addresses = ipAddresses.map((text) => ({ text, bytes: parseIpAddress(text) }));
  const template = {
    serialNumber: options.serialNumber ?? newSerialNumber(),
    signatureAlgorithm: algorithm.signatureAlgorithm(),
    issuer: name,
    ...resolveValidity(options.validity, options.clock, issuer.certificate),
    subject: encodeName(subject),
    publicKey: spki(publicKey),
    extensions: [
      ...usageExtensions(options),
      ...nameExtension({
        dns: dnsNamesOf(options),
        ip: addresses.flatMap(({ bytes }) => bytes ?? []),
        email: emailAddresses,
      }),
      subjectKeyIdentifier(keyIdentifier(publicKey)),
      authorityKeyIdentifier(issuerKey),
      ...(options.nameConstraints === undefined ? [] : [nameConstraintsExtension(options.nameConstraints)]),
      ...revocationExtensions(options.revocationUrls ?? {}),
    ],
  };
  const unreadable = addresses
    .filter(({ bytes }) => bytes === undefined)
    .map(({ text }) => ({ code: 'san-ip', message: `${JSON.stringify(text)} is no IP address` }));
  const context = { profile, issuer: issuer.certificate, signingKey: issuer.privateKey, verifyingKey } as const;
  return signTemplate(template, context, publicKey, unreadable);
}

function usageExtensions({ profile, publicKey, pathLength = 0 }: CertificateOptions): Extension[] {
  if (profile === 'authority') return [basicConstraints({ pathLength }), keyUsage('keyCertSign', 'cRLSign')];
  return [
    basicConstraints(undefined),
    keyUsage(...leafKeyUsages(publicKey, profile)),
    extendedKeyUsage(...extendedUsagesOf(profile)),
    ...(profile === 'ocspResponder' ? [ocspNoCheck()] : []),
  ];
}

/** Without names of its own a server has its common name as one: alternative names alone are looked at (RFC 9525 §2). */
function dnsNamesOf({ profile, subject: { commonName }, dnsNames = [] }: CertificateOptions): readonly string[] {
  const isServer = profile === 'server' || profile === 'peer';
  const isNamed = dnsNames.length > 0 || !isServer || !isHostName(commonName);
  return isNamed ? dnsNames : [commonName];
}

const nameExtension = (names: Required<AlternativeNames>): Extension[] =>
  names.dns.length + names.ip.length + names.email.length === 0 ? [] : [subjectAltName(names)];

function signTemplate(
  template: CertificateTemplate,
  context: LintContext,
  publicKey: KeyObject,
  found: readonly CertificateProblem[],
): Certificate {
  const bytes = toDer(encodeTbs(template));
  const reader = DerReader.of(bytes, 'certificate');
  const { problems, tbs, values } = lintTbs(reader, { ...context, subjectKey: publicKey });
  const all = [...found, ...problems];
  if (all.length > 0) throw new CertificateRefusedError(readName(tbs.subject).commonName, all);
  const signature = algorithmOf(context.signingKey).sign(bytes, context.signingKey);
  const der = encodeCertificate(reader.node, template.signatureAlgorithm, signature);
  return describeCertificate(der, { tbs, values, publicKey });
}

/** 126 random bits; the two leading ones are fixed to keep it positive and of full length. */
function newSerialNumber(): Buffer {
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  return serial;
}
