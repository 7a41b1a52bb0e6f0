import { ValidityUnusableError } from '../errors.ts';
import type { Certificate } from './certificate.ts';

/** Exact dates, or so many days from now, which end with the issuer's validity at the latest. */
export type Validity = { readonly notBefore: Date; readonly notAfter: Date } | { readonly days: number };

/** The wall clock: ms since 1970 UTC. */
export interface WallClock {
  now(): number;
}

/** Peers whose clocks are a little behind must not find a fresh certificate to be of the future. */
const backDatedBy = 5 * 60_000;
const day = 86_400_000;

/**
 * The validity of a certificate about to be issued, in whole seconds. Whether exact dates are sensible is the lint's to
 * judge.
 *
 * @throws ValidityUnusableError
 */
export function resolveValidity(
  validity: Validity,
  clock: WallClock,
  issuer: Certificate | undefined,
): { notBefore: Date; notAfter: Date } {
  if (!('days' in validity)) {
    return { notBefore: whole('notBefore', +validity.notBefore), notAfter: whole('notAfter', +validity.notAfter) };
  }
  const now = clock.now();
  return {
    notBefore: whole('now', Math.max(now - backDatedBy, Number(issuer?.notBefore ?? -Infinity))),
    notAfter: whole('days', Math.min(now + validity.days * day, Number(issuer?.notAfter ?? Infinity))),
  };
}

/** X.509 knows years 1950 to 9999. */
function whole(item: string, milliseconds: number): Date {
  const date = new Date(Math.floor(milliseconds / 1000) * 1000);
  const year = date.getUTCFullYear();
  if (year >= 1950 && year <= 9999) return date;
  throw new ValidityUnusableError(item, milliseconds);
}
