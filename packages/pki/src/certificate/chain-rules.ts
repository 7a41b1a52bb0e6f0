import { X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

import { DerReader } from '../der/der-reader.ts';
import { oids } from '../der/oids.ts';
import { rsaModulus } from '../key/key-algorithm.ts';
import { parseIpAddress } from '../name/ip-address.ts';
import { checkRevoked } from '../revocation/check-revoked.ts';
import type { RevocationStatus } from '../revocation/check-revoked.ts';
import type { RevocationList } from '../revocation/revocation-list.ts';
import type { Certificate } from './certificate.ts';
import { isKeyIdentifierOf, isSelfIssued } from './chain-search.ts';
import type { ChainSearch } from './chain-search.ts';
import { readExtensionValues } from './extensions.ts';
import type { KeyUsage } from './extensions.ts';
import { isTrustedSignature } from './signature.ts';
import { nameConstraintsOf, nameViolations, presentedNames } from './name-constraints.ts';

/** What the leaf is wanted for. */
export type ChainPurpose = 'server' | 'client' | 'any';

/** One certificate of a chain and where it stands. */
export interface Link {
  readonly certificate: Certificate;
  /** 0 for the leaf. */
  readonly depth: number;
  /** The leaf first. */
  readonly chain: readonly Certificate[];
  readonly search: Pick<ChainSearch, 'isSignedBy'>;
  readonly time: Date;
  readonly purpose: ChainPurpose;
  readonly name: string | undefined;
  /** Undefined when nobody asks for revocation. */
  readonly revocationLists: readonly RevocationList[] | undefined;
}

/** Answers what is wrong, in sentences without full stop. */
type Rule = (link: Link) => readonly string[];

const unless = (good: boolean, message: string): string[] => (good ? [] : [message]);
const has = ({ extensions }: Certificate, id: string): boolean => extensions.some(({ oid }) => oid === id);
const issuerOf = ({ chain, depth }: Link): Certificate | undefined => chain[depth + 1];
const iso = (date: Date): string => date.toISOString().replace(/\.\d+/, '');

const curves = ['prime256v1', 'secp384r1', 'secp521r1'];

/** Policies can fail only for who asks for one, which nobody does here; constraints of policies are not understood. */
const understood: readonly string[] = [
  ...[oids.basicConstraints, oids.keyUsage, oids.extKeyUsage, oids.subjectAltName, oids.nameConstraints],
  ...[oids.subjectKeyIdentifier, oids.authorityKeyIdentifier, oids.certificatePolicies],
];

const purposes: Readonly<Record<'server' | 'client', { extended: string; usages: readonly KeyUsage[] }>> = {
  server: { extended: oids.serverAuth, usages: ['digitalSignature', 'keyEncipherment', 'keyAgreement'] },
  client: { extended: oids.clientAuth, usages: ['digitalSignature', 'keyAgreement'] },
};

/** RFC 5280 §6.1 without policies; the root is measured, too, but its own signature counts for nothing. */
const rules: Readonly<Record<string, Rule>> = {
  'not-yet-valid': ({ certificate: { notBefore }, time }) =>
    unless(time >= notBefore, `it is valid only from ${iso(notBefore)} on`),

  expired: ({ certificate: { notAfter }, time }) => unless(time <= notAfter, `it ended at ${iso(notAfter)}`),

  signature: (link) => {
    const issuer = issuerOf(link);
    return unless(
      issuer === undefined || link.search.isSignedBy(link.certificate, issuer),
      'its signature is not of its issuer',
    );
  },

  'signature-algorithm': (link) =>
    unless(
      issuerOf(link) === undefined || isTrustedSignature(link.certificate.signatureAlgorithm),
      `its signature algorithm ${link.certificate.signatureAlgorithm} is none that is trusted`,
    ),

  'key-weak': ({ certificate: { publicKey } }) => unless(isStrong(publicKey), `its key is weak or of an unknown kind`),

  'key-identifier': (link) => {
    const issuer = issuerOf(link);
    return unless(
      issuer === undefined || isKeyIdentifierOf(issuer, link.certificate),
      "its authority key identifier is not its issuer's subject key identifier",
    );
  },

  'critical-extension': ({ certificate: { extensions } }) =>
    extensions
      .filter(({ oid, critical }) => critical && !understood.includes(oid))
      .map(({ oid }) => `its extension ${oid} is critical and not understood`),

  'not-authority': ({ certificate, depth }) =>
    unless(depth === 0 || certificate.isAuthority, 'it issued a certificate and is no authority'),

  'key-cert-sign': ({ certificate, depth }) =>
    unless(
      depth === 0 || !has(certificate, oids.keyUsage) || certificate.keyUsages.includes('keyCertSign'),
      'its key may not sign certificates',
    ),

  'path-length': ({ certificate: { pathLength = Infinity }, depth, chain }) => {
    const below = chain.slice(1, Math.max(1, depth)).filter((member) => !isSelfIssued(member)).length;
    return unless(below <= pathLength, `it allows ${pathLength} authorities below itself, not ${below}`);
  },

  'name-constraints': ({ certificate, depth, chain }) => {
    if (depth > 0 && isSelfIssued(certificate)) return [];
    const constraints = chain.slice(depth + 1).flatMap(({ extensions }) => nameConstraintsOf(extensions) ?? []);
    if (constraints.length === 0) return [];
    const subject = DerReader.of(certificate.subjectDer, 'subject');
    const presented = presentedNames(subject, readExtensionValues(certificate.extensions));
    return [...new Set(constraints.flatMap((trees) => nameViolations(trees, presented)))];
  },

  'key-usage': ({ certificate, depth, purpose }) => {
    if (purpose === 'any' || depth > 0 || !has(certificate, oids.keyUsage)) return [];
    const { usages } = purposes[purpose];
    return unless(
      usages.some((usage) => certificate.keyUsages.includes(usage)),
      `its key usage allows none of ${usages.join(', ')}`,
    );
  },

  'extended-key-usage': ({ certificate, purpose }) => {
    if (purpose === 'any' || !has(certificate, oids.extKeyUsage)) return [];
    return unless(
      certificate.extendedKeyUsages.includes(purposes[purpose].extended),
      `its extended key usage does not allow a ${purpose}`,
    );
  },

  revoked: (link) => {
    const status = revocationOf(link);
    if (status?.status !== 'revoked') return [];
    return [`it was revoked at ${iso(status.revokedAt)} (${status.reason})`];
  },

  'revocation-unknown': (link) => {
    const status = revocationOf(link);
    return status?.status === 'unknown' ? [`whether it is revoked is not known: ${status.why}`] : [];
  },

  name: ({ certificate, depth, name }) =>
    unless(name === undefined || depth > 0 || isFor(certificate, name), `it is not for ${JSON.stringify(name)}`),
};

function revocationOf(link: Link): RevocationStatus | undefined {
  const { certificate, revocationLists: lists, time } = link;
  const issuer = issuerOf(link);
  return lists && issuer && checkRevoked(certificate, { issuer, lists, time });
}

/** The codes of all rules about one certificate. */
export const linkCodes: readonly string[] = Object.keys(rules);

export interface LinkProblem {
  readonly code: string;
  readonly message: string;
}

export const linkProblems = (link: Link): LinkProblem[] =>
  Object.entries(rules).flatMap(([code, rule]) => rule(link).map((message) => ({ code, message })));

function isStrong({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject): boolean {
  if (type === 'rsa') return (details?.modulusLength ?? 0) >= rsaModulus.least;
  if (type === 'ec') return curves.includes(details?.namedCurve ?? '');
  return type === 'ed25519';
}

/** Only alternative names count (RFC 9525 §2). */
function isFor({ der }: Certificate, name: string): boolean {
  const certificate = new X509Certificate(der);
  if (parseIpAddress(name) !== undefined) return certificate.checkIP(name) !== undefined;
  // Node throws on a name with a NUL.
  return !name.includes('\0') && certificate.checkHost(name, { subject: 'never' }) !== undefined;
}
