import { implicit, tagged } from '../der/der.ts';
import type { DerNode } from '../der/der.ts';
import type { DerReader } from '../der/der-reader.ts';

/** Tags of GeneralName (RFC 5280 §4.2.1.6). */
export const nameTag = { email: 1, dns: 2, directory: 4, uri: 6, ip: 7 } as const;

/** Names as a GeneralNames holds them; IP addresses as 4 or 16 bytes. */
export interface AlternativeNames {
  readonly dns: readonly string[];
  readonly ip: readonly Uint8Array[];
  readonly email?: readonly string[];
}

export interface AlternativeNameValues extends Required<AlternativeNames> {
  /** Each a Name. */
  readonly directory: readonly DerReader[];
  /** How many names are neither hosts nor addresses. */
  readonly others: number;
  /** The kinds of names that stand there. */
  readonly tags: readonly number[];
}

export const emailName = (text: string): DerNode => implicit(nameTag.email, Buffer.from(text, 'latin1'));
export const dnsName = (text: string): DerNode => implicit(nameTag.dns, Buffer.from(text, 'latin1'));
export const uriName = (text: string): DerNode => implicit(nameTag.uri, Buffer.from(text, 'latin1'));
export const ipName = (bytes: Uint8Array): DerNode => implicit(nameTag.ip, bytes);
/** Explicit, because Name is a CHOICE. */
export const directoryName = (name: DerNode): DerNode => tagged(nameTag.directory, name);

export const noNames: AlternativeNameValues = { dns: [], ip: [], email: [], directory: [], others: 0, tags: [] };

export function readGeneralNames(names: readonly DerReader[]): AlternativeNameValues {
  const of = (tag: number): DerReader[] => names.filter((name) => name.contextTag === tag);
  const texts = (tag: number): string[] => of(tag).map((name) => name.content().toString('latin1'));
  const dns = texts(nameTag.dns);
  const ip = of(nameTag.ip).map((name) => name.content());
  return {
    dns,
    ip,
    email: texts(nameTag.email),
    directory: of(nameTag.directory).map((name) => name.only()),
    others: names.length - dns.length - ip.length,
    tags: names.map((name) => name.contextTag ?? -1),
  };
}
