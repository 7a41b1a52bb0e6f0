import type { AccessGrant, KeyRequest } from '@volttron-ts/vip-core';

/** Who decides, from where, and why: kept with the request. */
export interface Decision {
  /** The user who decides. */
  readonly by: string;
  /** Where the user is: an IP address, or the name of a tool. */
  readonly from: string;
  readonly why?: string | undefined;
}

/** A request and, once there is one, its decision. */
export interface EnrolmentRequest extends KeyRequest {
  readonly decision?: Decision & {
    /** ISO 8601. */
    readonly at: string;
  };
  /** Why the decision has had no effect yet. */
  readonly problem?: string;
  /** The request whose decision this one replaced. */
  readonly supersedes?: string;
}

export type RequestStatus = KeyRequest['status'];

/** What gives and takes access, one step per decision. */
export interface EnrolmentGrant extends AccessGrant {
  /** Throws, before anything is decided, when `grant` would refuse. */
  check(access: { readonly credential: string; readonly identity: string }): Promise<void>;
  /** Ends access and denial alike: the credential is unknown again. */
  forget(access: { readonly credential: string }): Promise<void>;
}

/** The step of AccessGrant that a decision still owes. */
export type Step = 'grant' | 'withdraw' | 'forget';

/** Refused attempts of one credential under one name, summed up. */
export interface Attempt {
  readonly credential: string;
  readonly identity: string;
  readonly domain: string;
  readonly address: string;
  readonly attempts: number;
  /** µs since 1970. */
  readonly first: number;
  readonly last: number;
  /** Whether the credential waits (300) rather than was denied (400). */
  readonly pending: boolean;
}

/** How many requests may wait. */
export interface Limits {
  readonly pending: number;
  readonly perAddress: number;
}
