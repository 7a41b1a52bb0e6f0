/** By their numbers in CRLReason (RFC 5280 §5.3.1); 7 is not used. */
const reasons = [
  'unspecified',
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'certificateHold',
  undefined,
  'removeFromCRL',
  'privilegeWithdrawn',
  'aACompromise',
] as const;

/** Why a certificate was revoked. */
export type RevocationReason = Exclude<(typeof reasons)[number], undefined>;

export const revocationReasons: readonly RevocationReason[] = reasons.filter((reason) => reason !== undefined);

export const reasonNumber = (reason: RevocationReason): number => reasons.indexOf(reason);

/** A number that no reason has says nothing. */
export const reasonOf = (number: number): RevocationReason => reasons[number] ?? 'unspecified';
