import type { KeyObject } from 'node:crypto';

import type { DerReader } from '../der/der-reader.ts';
import { oids } from '../der/oids.ts';
import type { CertificateProblem } from '../errors.ts';
import { algorithmOf } from '../key/key-algorithm.ts';
import { readSpki, spki } from '../key/spki.ts';
import { attributeTypes, readName } from '../name/distinguished-name.ts';
import { isHostName } from '../name/host-name.ts';
import type { Certificate } from './certificate.ts';
import { readExtensionValues } from './extensions.ts';
import type { ExtensionValues, KeyUsage } from './extensions.ts';
import { nameConstraintsOf, nameViolations, presentedNames } from './name-constraints.ts';
import { extendedUsagesOf, leafKeyUsages } from './profile.ts';
import type { LeafProfile } from './profile.ts';
import { readTbs } from './tbs.ts';
import type { TbsCertificate } from './tbs.ts';

/** What a to-be-signed certificate is measured against. */
export interface LintContext {
  readonly profile: 'root' | 'authority' | LeafProfile;
  /** Undefined for a root, which signs itself. */
  readonly issuer: Certificate | undefined;
  /** The key about to sign. */
  readonly signingKey: KeyObject;
  /** Its public half. */
  readonly verifyingKey: KeyObject;
  /** Of the subject, where it is known; bytes that are its own need not be read again. */
  readonly subjectKey?: KeyObject;
}

interface Subject extends LintContext {
  /** Undefined when it cannot be read. */
  readonly publicKey: KeyObject | undefined;
  readonly tbs: TbsCertificate;
  readonly values: ExtensionValues;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** Answers what is wrong, in sentences without full stop. */
type Rule = (subject: Subject) => string[];

const authorityUsages: readonly KeyUsage[] = ['keyCertSign', 'cRLSign'];
const isLeaf = (profile: LintContext['profile']): profile is LeafProfile =>
  profile !== 'root' && profile !== 'authority';

const unless = (good: boolean, message: string): string[] => (good ? [] : [message]);
const equal = (left: Uint8Array | undefined, right: Uint8Array | undefined): boolean =>
  left !== undefined && right !== undefined && Buffer.compare(left, right) === 0;

const rules: Readonly<Record<string, Rule>> = {
  // RFC 5280 §4.1.2.2; CA/Browser Forum BR §7.1: at least 64 random bits.
  serial: ({ tbs: { serialNumber } }) =>
    unless(
      serialNumber.length >= 8 && serialNumber.length <= 20 && (serialNumber[0] ?? 0x80) < 0x80,
      `the serial number must be positive and have 8 to 20 octets, not ${serialNumber.length}`,
    ),

  'signature-algorithm': ({ tbs, signingKey }) =>
    unless(
      tbs.signatureOid === algorithmOf(signingKey).signatureOid,
      `the signature algorithm ${tbs.signatureOid} is not the one of the signing key`,
    ),

  'signing-key': ({ issuer, verifyingKey, publicKey }) => {
    const named = issuer?.publicKey ?? publicKey;
    return unless(named?.equals(verifyingKey) === true, "the signing key is not the issuer's");
  },

  'validity-order': ({ notBefore, notAfter }) =>
    unless(notBefore < notAfter, `it would end (${iso(notAfter)}) before it begins (${iso(notBefore)})`),

  'validity-inside-issuer': ({ issuer, notBefore, notAfter }) =>
    unless(
      issuer === undefined || (notBefore >= issuer.notBefore && notAfter <= issuer.notAfter),
      `it would be valid outside the validity of its issuer (${iso(issuer?.notBefore)} to ${iso(issuer?.notAfter)})`,
    ),

  // RFC 5280 §4.1.2.5
  'validity-encoding': ({ tbs }) =>
    [tbs.notBefore, tbs.notAfter].flatMap((time) =>
      unless(
        time.time().getUTCFullYear() >= 2050 === (time.universalTag === 24),
        'years through 2049 are UTCTime, later ones GeneralizedTime',
      ),
    ),

  subject: ({ tbs }) => {
    const name = readName(tbs.subject);
    return attributeTypes.flatMap(({ field, longest }) => {
      const value = name[field];
      if (value === undefined) return [];
      const least = field === 'country' ? longest : 1;
      const length = Array.from(value).length;
      return unless(
        length >= least && length <= longest,
        `the subject's ${field} has ${length} characters instead of ${least} to ${longest}`,
      );
    });
  },

  'issuer-name': ({ issuer, tbs }) =>
    unless(
      equal(tbs.issuer.der, issuer?.subjectDer ?? tbs.subject.der),
      "the issuer's name is not the subject of the issuer, byte by byte",
    ),

  'issuer-is-authority': ({ issuer }) =>
    unless(issuer === undefined || (issuer.isAuthority && maySign(issuer)), 'the issuer is no certificate authority'),

  'public-key': ({ publicKey }) => {
    if (publicKey === undefined) return ['its key cannot be read'];
    try {
      algorithmOf(publicKey);
      return [];
    } catch (error) {
      return [`its key is not usable: ${String(error instanceof Error ? error.message : error).replace(/\.$/, '')}`];
    }
  },

  // RFC 5280 §4.2
  'extension-repeated': ({ tbs }) =>
    tbs.extensions
      .filter(({ oid }, index) => tbs.extensions.findIndex((other) => other.oid === oid) !== index)
      .map(({ oid }) => `the extension ${oid} stands there twice`),

  'basic-constraints': ({ profile, tbs, values }) => [
    ...unless(isCritical(tbs, oids.basicConstraints), 'basic constraints must be there and critical'),
    ...(isLeaf(profile)
      ? unless(!values.isAuthority, `a ${profile} must not be an authority`)
      : unless(
          values.isAuthority && values.pathLength !== undefined,
          `a ${profile} must be an authority with a path length`,
        )),
  ],

  // RFC 5280 §4.2.1.9
  'path-length': ({ profile, issuer, values }) =>
    unless(
      profile !== 'authority' || issuer?.pathLength === undefined || (values.pathLength ?? 0) < issuer.pathLength,
      `the issuer allows ${issuer?.pathLength ?? 0} authorities below itself`,
    ),

  'key-usage': ({ profile, tbs, values, publicKey }) => {
    const wanted = isLeaf(profile) ? publicKey && leafKeyUsages(publicKey, profile) : authorityUsages;
    return [
      ...unless(isCritical(tbs, oids.keyUsage), 'key usage must be there and critical'),
      ...unless(
        wanted === undefined || values.keyUsages.join() === wanted.join(),
        `key usage must be ${wanted?.join(' and ') ?? ''}, not ${values.keyUsages.join(' and ') || 'empty'}`,
      ),
    ];
  },

  'extended-key-usage': ({ profile, values }) => {
    const wanted = isLeaf(profile) ? extendedUsagesOf(profile) : [];
    return unless(
      values.extendedKeyUsages.join() === wanted.join(),
      `the extended key usage of a ${profile} must be ${wanted.join(' and ') || 'absent'}`,
    );
  },

  'san-missing': ({ profile, values: { alternativeNames } }) =>
    unless(
      (profile !== 'server' && profile !== 'peer') || alternativeNames.dns.length + alternativeNames.ip.length > 0,
      `a ${profile} needs a DNS name or IP address as subject alternative name`,
    ),

  'san-dns': ({ values }) =>
    values.alternativeNames.dns.flatMap((name) => unless(isHostName(name), `${JSON.stringify(name)} is no DNS name`)),

  'san-ip': ({ values }) =>
    values.alternativeNames.ip.flatMap((bytes) =>
      unless(bytes.length === 4 || bytes.length === 16, `an IP address has 4 or 16 octets, not ${bytes.length}`),
    ),

  'san-email': ({ values }) =>
    values.alternativeNames.email.flatMap((address) =>
      unless(isMailbox(address), `${JSON.stringify(address)} is no e-mail address`),
    ),

  // RFC 5280 §4.2.1.10
  'name-constraints': ({ profile, issuer, tbs, values }) => {
    const own = tbs.extensions.find(({ oid }) => oid === oids.nameConstraints);
    const above = issuer && nameConstraintsOf(issuer.extensions);
    return [
      ...unless(own === undefined || (profile === 'authority' && own.critical), 'only authorities constrain names'),
      ...(above === undefined ? [] : nameViolations(above, presentedNames(tbs.subject, values))),
    ];
  },

  'revocation-urls': ({ values: { revocationUrls } }) =>
    Object.values(revocationUrls).flatMap((url: string) =>
      unless(/^https?:\/\/[\x21-\x7e]+$/.test(url) && URL.canParse(url), `${JSON.stringify(url)} is no http address`),
    ),

  'key-identifiers': ({ issuer, values }) => [
    ...unless(values.subjectKeyIdentifier !== undefined, 'the subject key identifier is missing'),
    ...unless(
      issuer === undefined || values.authorityKeyIdentifier?.toString('hex') === issuer.subjectKeyIdentifier,
      "the authority key identifier is not the issuer's subject key identifier",
    ),
  ],
};

/** The codes of all rules. */
export const lintCodes: readonly string[] = Object.keys(rules);
const entries = Object.entries(rules);

/** What was read and what is wrong with it. */
export interface LintReport {
  readonly problems: readonly CertificateProblem[];
  readonly tbs: TbsCertificate;
  readonly values: ExtensionValues;
}

/** Measures the to-be-signed bytes, read back by the reader for foreign certificates, against every rule. */
export function lintTbs(reader: DerReader, context: LintContext): LintReport {
  const tbs = readTbs(reader);
  const values = readExtensionValues(tbs.extensions);
  const subject: Subject = {
    ...context,
    tbs,
    values,
    publicKey: readKey(tbs.publicKey, context.subjectKey),
    notBefore: tbs.notBefore.time(),
    notAfter: tbs.notAfter.time(),
  };
  const problems = entries.flatMap(([code, rule]) => rule(subject).map((message) => ({ code, message })));
  return { problems, tbs, values };
}

/** RFC 5280 §4.2.1.3: without the extension a key may be used for everything, as the roots that openssl makes. */
function maySign({ extensions, keyUsages }: Certificate): boolean {
  return !extensions.some(({ oid }) => oid === oids.keyUsage) || keyUsages.includes('keyCertSign');
}

/** A local part of plain characters, and a host. */
function isMailbox(address: string): boolean {
  const [, host] = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(.+)$/.exec(address) ?? [];
  return host !== undefined && isHostName(host);
}

function readKey(bytes: Buffer, known: KeyObject | undefined): KeyObject | undefined {
  if (known !== undefined && spki(known).equals(bytes)) return known;
  try {
    return readSpki(bytes);
  } catch {
    return undefined;
  }
}

function isCritical(tbs: TbsCertificate, id: string): boolean {
  return tbs.extensions.some(({ oid, critical }) => oid === id && critical);
}

function iso(date: Date | undefined): string {
  return date === undefined ? '' : date.toISOString().replace(/\.\d+/, '');
}
