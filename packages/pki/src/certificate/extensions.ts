import { boolean, implicit, integer, namedBits, octetString, oid, sequence, toDer } from '../der/der.ts';
import type { DerNode } from '../der/der.ts';
import { DerReader } from '../der/der-reader.ts';
import { oids } from '../der/oids.ts';

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

/** Subject alternative names: host names, and IPv4 and IPv6 addresses as 4 or 16 bytes. */
export interface AlternativeNames {
  readonly dns: readonly string[];
  readonly ip: readonly Uint8Array[];
}

/** Tags of GeneralName (RFC 5280 §4.2.1.6). */
const dnsNameTag = 2;
const ipAddressTag = 7;

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

export function subjectAltName({ dns, ip }: AlternativeNames): Extension {
  const names = [
    ...dns.map((name) => implicit(dnsNameTag, Buffer.from(name, 'latin1'))),
    ...ip.map((bytes) => implicit(ipAddressTag, bytes)),
  ];
  return extension(oids.subjectAltName, false, sequence(...names));
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
  const members = reader.sequence();
  const id = members[0]?.oid() ?? '';
  return {
    oid: id,
    critical: members.length > 2 && members[1]?.boolean() === true,
    value: members.at(-1)?.octetString() ?? Buffer.alloc(0),
  };
}

/** What the extensions of a certificate say. */
export interface ExtensionValues {
  readonly isAuthority: boolean;
  readonly pathLength: number | undefined;
  readonly keyUsages: readonly KeyUsage[];
  /** Object identifiers. */
  readonly extendedKeyUsages: readonly string[];
  /** `others` counts names of further kinds. */
  readonly alternativeNames: AlternativeNames & { readonly others: number };
  readonly subjectKeyIdentifier: Buffer | undefined;
  readonly authorityKeyIdentifier: Buffer | undefined;
}

/** @throws DerError */
export function readExtensionValues(extensions: readonly Extension[]): ExtensionValues {
  const read = <T>(id: string, reader: (value: DerReader) => T): T | undefined => {
    const found = extensions.find((candidate) => candidate.oid === id);
    return found && reader(DerReader.of(found.value, `extension ${id}`));
  };
  return {
    isAuthority: false,
    pathLength: undefined,
    ...read(oids.basicConstraints, readBasicConstraints),
    keyUsages: read(oids.keyUsage, readKeyUsage) ?? [],
    extendedKeyUsages: read(oids.extKeyUsage, (value) => value.sequence().map((member) => member.oid())) ?? [],
    alternativeNames: read(oids.subjectAltName, readAlternativeNames) ?? { dns: [], ip: [], others: 0 },
    subjectKeyIdentifier: read(oids.subjectKeyIdentifier, (value) => value.octetString()),
    authorityKeyIdentifier: read(oids.authorityKeyIdentifier, readAuthorityKeyIdentifier),
  };
}

function readBasicConstraints(value: DerReader): Pick<ExtensionValues, 'isAuthority' | 'pathLength'> {
  const [authority, pathLength] = value.sequence();
  return { isAuthority: authority?.boolean() ?? false, pathLength: pathLength?.integer() };
}

function readKeyUsage(value: DerReader): KeyUsage[] {
  return value.namedBits().flatMap((bit) => keyUsageBits[bit] ?? []);
}

function readAuthorityKeyIdentifier(value: DerReader): Buffer | undefined {
  return value
    .sequence()
    .find((member) => member.contextTag === 0)
    ?.content();
}

function readAlternativeNames(value: DerReader): ExtensionValues['alternativeNames'] {
  const names = value.sequence();
  const tagged = (tag: number): Buffer[] =>
    names.filter((name) => name.contextTag === tag).map((name) => name.content());
  const dns = tagged(dnsNameTag).map((bytes) => bytes.toString('latin1'));
  const ip = tagged(ipAddressTag);
  return { dns, ip, others: names.length - dns.length - ip.length };
}
