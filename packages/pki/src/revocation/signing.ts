import type { Authority } from '../certificate/issue.ts';
import { issuerParts } from '../certificate/issuer-parts.ts';
import type { WallClock } from '../certificate/validity.ts';
import type { CertificateProblem } from '../errors.ts';

/** Peers whose clocks are a little behind must not find a fresh answer to be of the future. */
const BACK_DATED_BY = 5 * 60_000;

export const backDated = (clock: WallClock): Date => new Date(Math.floor((clock.now() - BACK_DATED_BY) / 1000) * 1000);

export const unless = (good: boolean, code: string, message: string): CertificateProblem[] =>
  good ? [] : [{ code, message }];

/** Why an authority may not sign lists. */
export function signerProblems(issuer: Authority): CertificateProblem[] {
  const { certificate } = issuer;
  return [
    ...unless(
      certificate.isAuthority && certificate.keyUsages.includes('cRLSign'),
      'issuer-is-authority',
      'the issuer is no authority that may sign revocation lists',
    ),
    ...unless(
      certificate.publicKey.equals(issuerParts(issuer).verifyingKey),
      'signing-key',
      "the signing key is not the issuer's",
    ),
  ];
}

/** The content octets, undefined for what is no serial number in hexadecimal. */
export function serialNumberBytes(serialNumber: string): Buffer | undefined {
  if (!/^(?:[0-9a-f]{2}){1,20}$/i.test(serialNumber)) return undefined;
  const bytes = Buffer.from(serialNumber, 'hex');
  const [first = 0, second = 0] = bytes;
  // DER knows one form only: no octet more than the sign needs.
  const isLong = bytes.length > 1 && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80));
  return isLong ? undefined : bytes;
}
