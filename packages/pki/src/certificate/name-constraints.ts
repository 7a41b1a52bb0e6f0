import { sequence, tagged, toDer } from '../der/der.ts';
import type { DerNode } from '../der/der.ts';
import { DerReader } from '../der/der-reader.ts';
import { oids } from '../der/oids.ts';
import { DerError } from '../errors.ts';
import { encodeName, readName } from '../name/distinguished-name.ts';
import type { DistinguishedName } from '../name/distinguished-name.ts';
import { isHostName } from '../name/host-name.ts';
import { parseIpAddress } from '../name/ip-address.ts';
import { canonicalName } from './canonical-name.ts';
import type { Extension, ExtensionValues } from './extensions.ts';
import { directoryName, dnsName, emailName, ipName, nameTag, readGeneralNames } from './general-names.ts';
import type { AlternativeNameValues } from './general-names.ts';

/** Parts of the name spaces. A DNS name stands for itself and all below, an IP range is `10.0.0.0/8`. */
export interface NameTrees {
  readonly dnsNames?: readonly string[];
  readonly ipRanges?: readonly string[];
  /** A mailbox, a host, or `.domain` for all hosts below. */
  readonly emailAddresses?: readonly string[];
  readonly directoryNames?: readonly DistinguishedName[];
}

/** What an authority may name (RFC 5280 §4.2.1.10). */
export interface NameConstraints {
  readonly permitted?: NameTrees;
  readonly excluded?: NameTrees;
}

/** @throws DerError for a range that is none */
export function nameConstraintsExtension({ permitted, excluded }: NameConstraints): Extension {
  const members = [permitted, excluded].flatMap((trees, tag) =>
    trees === undefined ? [] : [tagged(tag, ...encodeTrees(trees).map((base) => sequence(base)))],
  );
  return { oid: oids.nameConstraints, critical: true, value: toDer(sequence(...members)) };
}

const encodeTrees = ({
  dnsNames = [],
  ipRanges = [],
  emailAddresses = [],
  directoryNames = [],
}: NameTrees): DerNode[] => [
  ...dnsNames.map(dnsName),
  ...ipRanges.map((range) => ipName(rangeBytes(range))),
  ...emailAddresses.map(emailName),
  ...directoryNames.map((name) => directoryName(encodeName(name))),
];

/** Address and mask, one behind the other. */
function rangeBytes(range: string): Uint8Array {
  const [, text = '', bits = ''] = /^([^/]+)\/(\d{1,3})$/.exec(range) ?? [];
  const address = parseIpAddress(text);
  const length = Number(bits);
  if (address === undefined || bits === '' || length > address.length * 8) {
    throw new DerError('name constraints', `${JSON.stringify(range)} is no IP range such as 10.0.0.0/8`);
  }
  const mask = Uint8Array.from(address, (_, index) => (0xff00 >> Math.min(8, Math.max(0, length - index * 8))) & 0xff);
  return Uint8Array.from([...address.map((byte, index) => byte & (mask[index] ?? 0)), ...mask]);
}

/** As read; absent trees are empty. */
export interface NameConstraintValues {
  readonly permitted: AlternativeNameValues;
  readonly excluded: AlternativeNameValues;
}

/** @throws DerError */
export function readNameConstraints(value: DerReader): NameConstraintValues {
  const members = value.sequence();
  const trees = (tag: number): AlternativeNameValues => {
    const subtrees = members.find((member) => member.contextTag === tag)?.members() ?? [];
    return readGeneralNames(subtrees.map(readBase));
  };
  const read = { permitted: trees(0), excluded: trees(1) };
  for (const { ip } of [read.permitted, read.excluded]) {
    if (!ip.every(({ length }) => length === 8 || length === 32)) throw new DerError(value.item, 'an IP range is none');
  }
  return read;
}

/** RFC 5280 §4.2.1.10: minimum is 0 and thus left out, maximum must be absent. */
function readBase(subtree: DerReader): DerReader {
  const [base, ...bounds] = subtree.sequence();
  if (base === undefined || bounds.length > 0) throw new DerError(subtree.item, 'a subtree has bounds');
  return base;
}

/** All names by which a certificate calls its subject. */
export type PresentedNames = Omit<AlternativeNameValues, 'others'>;

export function presentedNames(
  subject: DerReader,
  { alternativeNames, isAuthority }: Pick<ExtensionValues, 'alternativeNames' | 'isAuthority'>,
): PresentedNames {
  const { commonName, emailAddress } = readName(subject);
  const { dns, email, directory } = alternativeNames;
  // What old clients take for a host name is one here, as with openssl.
  const isHost = !isAuthority && dns.length === 0 && commonName.includes('.') && isHostName(commonName);
  return {
    ...alternativeNames,
    dns: isHost ? [commonName] : dns,
    email: emailAddress === undefined ? email : [...email, emailAddress],
    directory: subject.sequence().length === 0 ? directory : [subject, ...directory],
  };
}

/** Nobody should wait for lists of names that were made to be long. */
const MOST_COMPARISONS = 2 ** 16;

type Inside<T> = (name: T, tree: T) => boolean;

/** In sentences without full stop, what in these names an authority with these constraints may not name. */
export function nameViolations({ permitted, excluded }: NameConstraintValues, names: PresentedNames): string[] {
  const judge = <T>(
    presented: readonly T[],
    [allowed, forbidden]: readonly [readonly T[], readonly T[]],
    inside: Inside<T>,
    show: (name: T) => string,
  ): string[] => [
    ...presented
      .filter((name) => allowed.length > 0 && !allowed.some((tree) => inside(name, tree)))
      .map((name) => `the issuer may not name ${show(name)}`),
    ...presented
      .filter((name) => forbidden.some((tree) => inside(name, tree)))
      .map((name) => `its issuer must not name ${show(name)}`),
  ];
  const trees = permitted.tags.length + excluded.tags.length;
  if (names.tags.length * trees > MOST_COMPARISONS) return ['it has too many names to be compared with constraints'];
  const known: readonly number[] = [nameTag.dns, nameTag.ip, nameTag.email, nameTag.directory];
  const unknown = [...permitted.tags, ...excluded.tags].filter((tag) => !known.includes(tag));
  const wildcards = names.dns.filter((name) => name.startsWith('*.'));
  return [
    ...judge(names.dns, [permitted.dns, excluded.dns], isInsideDomain, (name) => JSON.stringify(name)),
    ...wildcards
      .filter((name) => excluded.dns.some((tree) => isInsideDomain(tree.replace(/^\./, ''), name.slice(2))))
      .map((name) => `its issuer must not name all of ${JSON.stringify(name)}`),
    ...judge(names.ip, [permitted.ip, excluded.ip], isInsideRange, (ip) => `the address ${Buffer.from(ip).join('.')}`),
    ...judge(names.email, [permitted.email, excluded.email], isInsideMail, (name) => JSON.stringify(name)),
    ...judge(
      names.directory.map(canonicalName),
      [permitted.directory.map(canonicalName), excluded.directory.map(canonicalName)],
      isInsideDirectory,
      () => 'such a subject',
    ),
    ...names.tags
      .filter((tag) => unknown.includes(tag))
      .map((tag) => `it has a name of kind ${tag}, which its issuer's constraints concern and nobody here can judge`),
  ];
}

/** `example` holds itself and all below, `.example` all below only, an empty name everything. */
const isInsideDomain: Inside<string> = (name, tree) => {
  const [below, domain] = [name.toLowerCase(), tree.toLowerCase()];
  return domain === '' || below === domain || below.endsWith(domain.startsWith('.') ? domain : `.${domain}`);
};

const isInsideRange: Inside<Uint8Array> = (address, range) =>
  range.length === 2 * address.length &&
  address.every((byte, index) => ((byte ^ (range[index] ?? 0)) & (range[address.length + index] ?? 0)) === 0);

const isInsideMail: Inside<string> = (address, tree) => {
  if (tree.includes('@')) {
    const at = (text: string): string => text.slice(0, text.lastIndexOf('@')) + hostOf(text);
    return at(address) === at(tree);
  }
  return tree.startsWith('.') ? hostOf(address).endsWith(tree.toLowerCase()) : hostOf(address) === tree.toLowerCase();
};

const hostOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1).toLowerCase();

const isInsideDirectory: Inside<readonly string[]> = (name, tree) =>
  tree.every((attribute, index) => name[index] === attribute);

/** The constraints that a certificate puts on those below it. */
export function nameConstraintsOf(extensions: readonly Extension[]): NameConstraintValues | undefined {
  const found = extensions.find(({ oid }) => oid === oids.nameConstraints);
  return found && readNameConstraints(DerReader.of(found.value, 'name constraints'));
}
