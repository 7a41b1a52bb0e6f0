import type { CertificateStatus, OrderMethod } from '@volttron-ts/pki';

import type { GrantStep } from './certificate-rows.ts';

/** A call that is stored as open: from now on only its result, or `checkCertificateStatus`, may follow. */
export interface OpenedCall {
  readonly orderId: string;
  readonly callNumber: number;
  readonly plugin: string;
  readonly method: OrderMethod;
  /** Of the key that the certificate must be for. */
  readonly fingerprint: string;
  /** µs since 1970. */
  readonly openedAt: number;
  /** JSON. */
  readonly orderMeta: string;
  /** JSON. */
  readonly pluginMeta: string;
  readonly exclusive: boolean;
}

/** An order whose next call is due in `delay` ms. */
export interface PlannedCall {
  readonly orderId: string;
  readonly delay: number;
}

/** A step that a decision owes CertificateGrant. */
export interface OwedGrantStep {
  readonly requestId: string;
  readonly seq: number;
  readonly step: GrantStep;
  readonly name: string;
  readonly fingerprint: string;
  /** PEM: the one issued, or the one that is revoked. */
  readonly certificate: string | null;
  readonly by: string;
  readonly from: string;
  readonly why: string | null;
}

/** What a committed command asks of the thread that sent it. */
export interface Effects {
  readonly calls: OpenedCall[];
  readonly planned: PlannedCall[];
  readonly steps: OwedGrantStep[];
}

export const noEffects = (): Effects => ({ calls: [], planned: [], steps: [] });

/** A certificate that was checked. */
export interface CheckedCertificate {
  readonly certificate: string;
  readonly intermediates: string;
  readonly serialNumber: string;
  /** µs since 1970. */
  readonly notBefore: number;
  readonly notAfter: number;
}

/** What became of a call, checked; plugin data as JSON, null where it is as it was kept last. */
export type CallOutcome =
  | {
      readonly kind: 'answered';
      readonly status: CertificateStatus;
      readonly message: string | null;
      readonly pluginMeta: string | null;
      readonly certificate?: CheckedCertificate | undefined;
      readonly retryMsec?: number | undefined;
      readonly retryMethod?: OrderMethod | undefined;
    }
  /** The method threw, or answered what makes no sense. */
  | { readonly kind: 'failed'; readonly message: string; readonly pluginMeta: string | null }
  | { readonly kind: 'interrupted'; readonly message: string }
  /** The call was never made: its plugin cannot be run now. */
  | { readonly kind: 'absent'; readonly message: string };

export interface CallResult {
  readonly orderId: string;
  readonly callNumber: number;
  /** µs since 1970. */
  readonly at: number;
  /** From 0 to 1, for the jitter of pauses. */
  readonly random: number;
  /** For the container, should there be one. */
  readonly containerId: string;
  readonly outcome: CallOutcome;
}

/** What a kept result means to those who wait for it. */
export interface SettledCall {
  readonly requestId: string;
  /** What the request is now, once its order has ended. */
  readonly ended?: 'issued' | 'canceled' | 'failed' | undefined;
  readonly isCurrent: boolean;
  readonly unavailable: boolean;
}
