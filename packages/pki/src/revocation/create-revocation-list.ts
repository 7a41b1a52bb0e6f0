import { authorityKeyIdentifier, encodeExtension } from '../certificate/extensions.ts';
import type { Authority } from '../certificate/issue.ts';
import { issuerParts } from '../certificate/issuer-parts.ts';
import type { WallClock } from '../certificate/validity.ts';
import { bitString, enumerated, explicit, integer, integerBytes, sequence, time, toDer } from '../der/der.ts';
import type { DerNode } from '../der/der.ts';
import { oids } from '../der/oids.ts';
import type { CertificateProblem } from '../errors.ts';
import { RevocationRefusedError } from './errors.ts';
import { reasonNumber } from './reasons.ts';
import { readRevocationList } from './revocation-list.ts';
import type { RevocationList, RevokedCertificate } from './revocation-list.ts';
import { backDated, serialNumberBytes, signerProblems, unless } from './signing.ts';

export interface RevocationListOptions {
  readonly issuer: Authority;
  readonly revoked: readonly RevokedCertificate[];
  /** Greater than that of every list before. */
  readonly number: bigint;
  /** When the next list will be there at the latest. */
  readonly nextUpdate: Date;
  readonly clock: WallClock;
}

/**
 * A full list of version 2 (RFC 5280 §5).
 *
 * @throws RevocationRefusedError with all problems, KeyUnsupportedError
 */
export function createRevocationList(options: RevocationListOptions): RevocationList {
  const { issuer, revoked, number, nextUpdate } = options;
  const thisUpdate = backDated(options.clock);
  const problems = problemsOf(options, thisUpdate);
  if (problems.length > 0) throw new RevocationRefusedError('revocation list', problems);
  const { name, keyIdentifier, algorithm } = issuerParts(issuer);
  const extensions = [
    authorityKeyIdentifier(keyIdentifier),
    { oid: oids.cRLNumber, critical: false, value: toDer(integerBytes(numberBytes(number))) },
  ];
  const tbs = sequence(
    integer(1),
    algorithm.signatureAlgorithm(),
    name,
    time(thisUpdate),
    time(nextUpdate),
    // RFC 5280 §5.1.2.6: absent rather than empty.
    ...(revoked.length === 0 ? [] : [sequence(...revoked.map(encodeEntry))]),
    explicit(0, sequence(...extensions.map(encodeExtension))),
  );
  const signature = algorithm.sign(toDer(tbs), issuer.privateKey);
  return readRevocationList(toDer(sequence(tbs, algorithm.signatureAlgorithm(), bitString(signature))));
}

/** The reason is left out when it says nothing (RFC 5280 §5.3.1). */
function encodeEntry({ serialNumber, revokedAt, reason }: RevokedCertificate): DerNode {
  const value = toDer(enumerated(reasonNumber(reason)));
  const extensions =
    reason === 'unspecified' ? [] : [sequence(encodeExtension({ oid: oids.cRLReason, critical: false, value }))];
  return sequence(integerBytes(serialNumberBytes(serialNumber) ?? Buffer.alloc(0)), time(revokedAt), ...extensions);
}

function problemsOf(
  { issuer, revoked, number, nextUpdate }: RevocationListOptions,
  thisUpdate: Date,
): CertificateProblem[] {
  const serials = revoked.map(({ serialNumber }) => serialNumber.toLowerCase());
  return [
    ...signerProblems(issuer),
    ...unless(number >= 0n && number < 1n << 159n, 'number', 'its number does not fit 20 octets'),
    ...unless(nextUpdate > thisUpdate, 'next-update', 'the next list would come before this one'),
    ...unless(new Set(serials).size === serials.length, 'repeated', 'a serial number stands there twice'),
    ...revoked.flatMap(({ serialNumber, revokedAt, reason }) => [
      ...unless(
        serialNumberBytes(serialNumber) !== undefined,
        'serial-number',
        `${JSON.stringify(serialNumber)} is no serial number`,
      ),
      ...unless(!Number.isNaN(+revokedAt), 'revoked-at', `${serialNumber} was revoked at no date`),
      // RFC 5280 §5.3.1
      ...unless(
        reason !== 'removeFromCRL',
        'reason',
        `${serialNumber} is removed, which only lists of changes can say`,
      ),
    ]),
  ];
}

function numberBytes(number: bigint): Buffer {
  const hex = number.toString(16);
  const even = hex.padStart(hex.length + (hex.length % 2), '0');
  return Buffer.from(/^[89a-f]/.test(even) ? `00${even}` : even, 'hex');
}
