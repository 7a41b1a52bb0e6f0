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

/** The validity of a certificate about to be issued, in whole seconds. Exact dates are the lint's to judge. */
export function resolveValidity(
  validity: Validity,
  clock: WallClock,
  issuer: Certificate | undefined,
): { notBefore: Date; notAfter: Date } {
  if (!('days' in validity)) return { notBefore: seconds(+validity.notBefore), notAfter: seconds(+validity.notAfter) };
  const now = clock.now();
  return {
    notBefore: seconds(Math.max(now - backDatedBy, Number(issuer?.notBefore ?? -Infinity))),
    notAfter: seconds(Math.min(now + validity.days * day, Number(issuer?.notAfter ?? Infinity))),
  };
}

function seconds(milliseconds: number): Date {
  return new Date(Math.floor(milliseconds / 1000) * 1000);
}
