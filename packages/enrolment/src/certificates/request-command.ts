import type { Decision } from '../enrolment-request.ts';
import type { CertificateRequest, RequestAnswer } from './certificate-enrolment.ts';
import type { Effects } from './order-command.ts';

/** A request that was checked. Times are µs since 1970; ids are for the rows that may come of it. */
export interface Submission {
  readonly id: string;
  readonly orderId: string;
  readonly name: string;
  /** SHA-256 over the SubjectPublicKeyInfo, hexadecimal. */
  readonly fingerprint: string;
  readonly csr: string;
  readonly address: string;
  readonly at: number;
  /** The plugin that takes it, when it is approved as it comes in. */
  readonly plugin?: string | undefined;
  /** Why it waits although everything new is approved. */
  readonly problem?: string | undefined;
}

/** A decision on the current request of a name, or on one by its id. */
export interface RequestVerdict extends Decision {
  readonly idOrName: string;
  readonly at: number;
  /** For a superseding request. */
  readonly id: string;
}

export interface Approval extends RequestVerdict {
  readonly orderId: string;
  readonly plugin: string;
}

export interface Modification extends RequestVerdict {
  /** JSON object of the keys that change. */
  readonly orderMeta: string;
}

/** An order of this instance's own. */
export interface OwnSubmission extends Decision {
  readonly id: string;
  readonly orderId: string;
  readonly name: string;
  readonly fingerprint: string;
  readonly csr: string;
  /** PEM. */
  readonly privateKey: string;
  readonly orderMeta: string;
  readonly plugin: string;
  readonly at: number;
}

/** Attempts on a request that is there, summed up. */
export interface RepeatedAttempts {
  readonly id: string;
  readonly attempts: number;
  readonly last: number;
  readonly address: string;
}

export type SubmitOutcome =
  { readonly kind: 'answer'; readonly answer: RequestAnswer } | { readonly kind: 'too-many'; readonly address: string };

export type VerdictOutcome =
  | { readonly kind: 'decided'; readonly request: CertificateRequest }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'superseded'; readonly by: string }
  /** What has been decided, or has ended, cannot be changed so. */
  | { readonly kind: 'final'; readonly status: string }
  /** The name belongs to somebody else. */
  | { readonly kind: 'taken'; readonly status: string };

/** What a command answers, and what follows once it is committed. */
export interface Committed<Outcome> {
  readonly outcome: Outcome;
  readonly effects: Effects;
}
