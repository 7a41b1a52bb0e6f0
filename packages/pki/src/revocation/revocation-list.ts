import { extensionValue, readAuthorityKeyIdentifier } from '../certificate/extensions.ts';
import type { Signed } from '../certificate/signature.ts';
import { DerReader } from '../der/der-reader.ts';
import { oids } from '../der/oids.ts';
import { pemBlocks, toPem } from '../der/pem.ts';
import { readName } from '../name/distinguished-name.ts';
import type { DistinguishedName } from '../name/distinguished-name.ts';
import { RevocationListUnreadableError } from './errors.ts';
import { readExtensions } from './read-extensions.ts';
import { reasonOf } from './reasons.ts';
import type { RevocationReason } from './reasons.ts';

export interface RevokedCertificate {
  /** Hexadecimal, as `Certificate.serialNumber`. */
  readonly serialNumber: string;
  readonly revokedAt: Date;
  readonly reason: RevocationReason;
}

/** A full certificate revocation list (RFC 5280 §5) and what it says. Whether to believe it is `checkRevoked`'s matter. */
export interface RevocationList extends Signed {
  readonly pem: string;
  readonly der: Buffer;
  readonly issuer: DistinguishedName;
  readonly issuerDer: Buffer;
  /** Undefined in lists of version 1. */
  readonly number: bigint | undefined;
  /** Hexadecimal, lower case. */
  readonly authorityKeyIdentifier: string | undefined;
  readonly thisUpdate: Date;
  /** Undefined when no end was said. */
  readonly nextUpdate: Date | undefined;
  /** By serial number. */
  readonly revoked: ReadonlyMap<string, RevokedCertificate>;
}

const LABEL = 'X509 CRL';
const understood: readonly string[] = [oids.authorityKeyIdentifier, oids.cRLNumber, oids.cRLReason];

/**
 * Reads one list, PEM or DER. Lists that hold only a part (delta lists, lists of one distribution point) say so in critical
 * extensions and are refused.
 *
 * @throws RevocationListUnreadableError
 */
export function readRevocationList(list: string | Uint8Array): RevocationList {
  if (typeof list !== 'string') return revocationListOf(Buffer.from(list));
  const [block, ...more] = pemBlocks(list, LABEL);
  if (block !== undefined && more.length === 0) return revocationListOf(block);
  throw new RevocationListUnreadableError(`the text holds ${block ? more.length + 1 : 0} lists instead of one`);
}

function revocationListOf(der: Buffer): RevocationList {
  try {
    const outer = DerReader.of(der, 'revocation list');
    if (!outer.der.equals(der)) throw new Error('it is not in the one form that DER allows');
    const next = outer.fields();
    const [tbs, algorithm, signature] = [next(), next(), next()];
    const signatureAlgorithm = algorithm.fields()().oid();
    const content = readTbs(tbs);
    if (!content.algorithm.der.equals(algorithm.der)) throw new Error('it names two signature algorithms');
    return {
      pem: toPem(LABEL, der),
      der,
      ...content.list,
      signedPart: tbs.der,
      signatureAlgorithm,
      signature: signature.bitString(),
    };
  } catch (error) {
    throw new RevocationListUnreadableError(error instanceof Error ? error.message : String(error), error);
  }
}

type ListContent = Omit<RevocationList, 'pem' | 'der' | keyof Signed>;

function readTbs(reader: DerReader): { algorithm: DerReader; list: ListContent } {
  const members = reader.sequence();
  const tagged =
    members
      .find(({ contextTag }) => contextTag === 0)
      ?.only()
      .sequence() ?? [];
  const extensions = readExtensions(tagged, understood);
  const fields = members.filter(({ contextTag }) => contextTag !== 0);
  // Version 1 is told by leaving it out, and has no extensions.
  const [algorithm, issuer, thisUpdate, ...optional] = fields[0]?.universalTag === 2 ? readVersion2(fields) : fields;
  if (algorithm === undefined || issuer === undefined || thisUpdate === undefined)
    throw new Error('a member is missing');
  const identifier = extensionValue(extensions, oids.authorityKeyIdentifier, readAuthorityKeyIdentifier);
  const list = {
    issuer: readName(issuer),
    issuerDer: issuer.der,
    number: extensionValue(extensions, oids.cRLNumber, readNumber),
    authorityKeyIdentifier: identifier?.toString('hex'),
    thisUpdate: thisUpdate.time(),
    ...readOptional(optional),
  };
  return { algorithm, list };
}

function readOptional(members: readonly DerReader[]): Pick<RevocationList, 'nextUpdate' | 'revoked'> {
  const [first] = members;
  const nextUpdate = first !== undefined && isTime(first) ? first : undefined;
  const [entries, ...more] = nextUpdate === undefined ? members : members.slice(1);
  if (more.length > 0) throw new Error('it has a member too many');
  const revoked = new Map((entries?.sequence() ?? []).map(readEntry).map((entry) => [entry.serialNumber, entry]));
  return { nextUpdate: nextUpdate?.time(), revoked };
}

function readVersion2([version, ...rest]: readonly DerReader[]): DerReader[] {
  if (version?.integer() !== 1) throw new Error('it is of no version that is known');
  return rest;
}

const isTime = ({ universalTag }: DerReader): boolean => universalTag === 23 || universalTag === 24;

function readEntry(reader: DerReader): RevokedCertificate {
  const [serialNumber, revokedAt, more, ...others] = reader.sequence();
  if (serialNumber === undefined || revokedAt === undefined || others.length > 0) throw new Error('an entry is none');
  const extensions = readExtensions(more?.sequence() ?? [], understood);
  return {
    serialNumber: serialNumber.integerBytes().toString('hex'),
    revokedAt: revokedAt.time(),
    reason: reasonOf(extensionValue(extensions, oids.cRLReason, (value) => value.enumerated()) ?? 0),
  };
}

function readNumber(reader: DerReader): bigint {
  const bytes = reader.integerBytes();
  // RFC 5280 §5.2.3
  if (bytes.length > 20 || (bytes[0] ?? 0x80) >= 0x80) throw new Error('its number is out of range');
  return BigInt(`0x${bytes.toString('hex')}`);
}
