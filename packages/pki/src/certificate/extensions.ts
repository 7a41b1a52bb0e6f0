import { boolean, implicit, integer, namedBits, nullValue, octetString, oid, sequence, toDer } from '../der/der.ts';
import type { DerNode } from '../der/der.ts';
import { DerReader } from '../der/der-reader.ts';
import { oids } from '../der/oids.ts';
import { DerError } from '../errors.ts';
import { dnsName, emailName, ipName, noNames, readGeneralNames } from './general-names.ts';
import type { AlternativeNames, AlternativeNameValues } from './general-names.ts';
import { readRevocationUrls } from './revocation-urls.ts';
import type { RevocationUrls } from './revocation-urls.ts';

/** An X.509 v3 extension, its value as DER. */
export interface Extension {
  readonly oid: string;
  readonly critical: boolean;
  readonly value: Buffer;
}

/** Bits of the key usage extension by number (RFC 5280 §4.2.1.3). */
const keyUsageBits = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const;

export type KeyUsage = (typeof keyUsageBits)[number];

const extension = (id: string, critical: boolean, value: DerNode): Extension => ({
  oid: id,
  critical,
  value: toDer(value),
});

/** Critical: a verifier that does not understand it must not take a server for an authority. */
export function basicConstraints(authority: { readonly pathLength: number } | undefined): Extension {
  const members = authority === undefined ? [] : [boolean(true), integer(authority.pathLength)];
  return extension(oids.basicConstraints, true, sequence(...members));
}

export function keyUsage(...usages: readonly KeyUsage[]): Extension {
  return extension(oids.keyUsage, true, namedBits(usages.map((usage) => keyUsageBits.indexOf(usage))));
}

export function extendedKeyUsage(...ids: readonly string[]): Extension {
  return extension(oids.extKeyUsage, false, sequence(...ids.map(oid)));
}

export function subjectAltName({ dns, ip, email = [] }: AlternativeNames): Extension {
  return extension(
    oids.subjectAltName,
    false,
    sequence(...dns.map(dnsName), ...ip.map(ipName), ...email.map(emailName)),
  );
}

/** RFC 6960 §4.2.2.2.1: nobody asks whether a responder's own certificate is revoked. */
export function ocspNoCheck(): Extension {
  return extension(oids.ocspNoCheck, false, nullValue());
}

export function subjectKeyIdentifier(identifier: Uint8Array): Extension {
  return extension(oids.subjectKeyIdentifier, false, octetString(identifier));
}

export function authorityKeyIdentifier(identifier: Uint8Array): Extension {
  return extension(oids.authorityKeyIdentifier, false, sequence(implicit(0, identifier)));
}

export function encodeExtension({ oid: id, critical, value }: Extension): DerNode {
  // DER leaves out a FALSE that is the default.
  return sequence(oid(id), ...(critical ? [boolean(true)] : []), octetString(value));
}

/** @throws DerError */
export function readExtension(reader: DerReader): Extension {
  const [id, second, third, ...more] = reader.sequence();
  const value = third ?? second;
  if (id === undefined || value === undefined || more.length > 0)
    throw new DerError(reader.item, 'an extension is none');
  return {
    oid: id.oid(),
    critical: third !== undefined && second?.boolean() === true,
    value: value.octetString(),
  };
}

/** Whether one stands there twice, which RFC 5280 §4.2 forbids. */
export const isRepeated = (extensions: readonly Extension[]): boolean =>
  new Set(extensions.map(({ oid }) => oid)).size < extensions.length;

/** What an extension says; undefined when it is not there. Throws DerError, and what `read` throws. */
export function extensionValue<T>(
  extensions: readonly Extension[],
  id: string,
  read: (value: DerReader) => T,
): T | undefined {
  const found = extensions.find((candidate) => candidate.oid === id);
  return found && read(DerReader.of(found.value, `extension ${id}`));
}

/** What the extensions of a certificate say. */
export interface ExtensionValues {
  readonly isAuthority: boolean;
  readonly pathLength: number | undefined;
  readonly keyUsages: readonly KeyUsage[];
  /** Object identifiers. */
  readonly extendedKeyUsages: readonly string[];
  readonly alternativeNames: AlternativeNameValues;
  readonly subjectKeyIdentifier: Buffer | undefined;
  readonly authorityKeyIdentifier: Buffer | undefined;
  readonly revocationUrls: RevocationUrls;
}

/** @throws DerError */
export function readExtensionValues(extensions: readonly Extension[]): ExtensionValues {
  const read = <T>(id: string, reader: (value: DerReader) => T): T | undefined =>
    extensionValue(extensions, id, reader);
  return {
    isAuthority: false,
    pathLength: undefined,
    ...read(oids.basicConstraints, readBasicConstraints),
    keyUsages: read(oids.keyUsage, readKeyUsage) ?? [],
    extendedKeyUsages: read(oids.extKeyUsage, (value) => value.sequence().map((member) => member.oid())) ?? [],
    alternativeNames: read(oids.subjectAltName, (value) => readGeneralNames(value.sequence())) ?? noNames,
    subjectKeyIdentifier: read(oids.subjectKeyIdentifier, (value) => value.octetString()),
    authorityKeyIdentifier: read(oids.authorityKeyIdentifier, readAuthorityKeyIdentifier),
    revocationUrls: readRevocationUrls(
      read(oids.cRLDistributionPoints, (value) => value),
      read(oids.authorityInfoAccess, (value) => value),
    ),
  };
}

function readBasicConstraints(value: DerReader): Pick<ExtensionValues, 'isAuthority' | 'pathLength'> {
  const [authority, pathLength, ...more] = value.sequence();
  const length = pathLength?.integer();
  if (more.length > 0 || (length ?? 0) < 0) throw new DerError(value.item, 'such a path length cannot be');
  return { isAuthority: authority?.boolean() ?? false, pathLength: length };
}

function readKeyUsage(value: DerReader): KeyUsage[] {
  return value.namedBits().flatMap((bit) => keyUsageBits[bit] ?? []);
}

export function readAuthorityKeyIdentifier(value: DerReader): Buffer | undefined {
  return value
    .sequence()
    .find((member) => member.contextTag === 0)
    ?.content();
}
