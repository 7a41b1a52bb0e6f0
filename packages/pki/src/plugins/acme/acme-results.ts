import { certificateStatus } from '../../plugin/certificate-plugin.ts';
import type { PluginResult } from '../../plugin/certificate-plugin.ts';
import { AcmeProblemError } from '../errors.ts';

/** ms between two looks at an order that the CA works on. */
export const LOOK_AGAIN = 2000;
/** ms, where the CA does not say when it wants to be asked again. */
const TRY_AGAIN = 60_000;

export const waiting = (statusMessage: string): PluginResult => ({
  status: certificateStatus.WAITING_FOR_CA,
  statusMessage,
  retryMsec: LOOK_AGAIN,
});

export const refused = (statusMessage: string): PluginResult => ({
  status: certificateStatus.INVALID_OPERATION,
  statusMessage,
});

export const canceled = (statusMessage: string): PluginResult => ({
  status: certificateStatus.REQUEST_CANCELED,
  statusMessage,
});

export const neverOrdered: PluginResult = {
  status: certificateStatus.CA_UNAVAILABLE_FOR_REQUEST,
  statusMessage: 'The CA has not been asked yet.',
  retryMsec: 0,
  retryMethod: 'issueCertificateRequest',
};

const away = (statusMessage: string, retryMsec = TRY_AGAIN): PluginResult => ({
  status: certificateStatus.CA_UNAVAILABLE_FOR_REQUEST,
  statusMessage,
  retryMsec,
});

/** ms; a CA of the web lets five checks of a name fail in an hour. */
const ORDER_AGAIN = 900_000;

/** The order is over, since the CA could not look; a new one may succeed. */
export const unseen = (reason: string): PluginResult => ({
  ...away(`The CA could not see that the names are ours, and is asked again later: ${reason}`, ORDER_AGAIN),
  retryMethod: 'issueCertificateRequest',
});

/** What follows a failed exchange; throws what is no matter of the CA's. */
export function resultOf(error: unknown, signal: AbortSignal): PluginResult {
  if (signal.aborted) return away('The time for this call was over; it is made again.', LOOK_AGAIN);
  if (!(error instanceof AcmeProblemError)) throw error;
  if (error.type === 'orderNotReady') return waiting(error.message);
  return error.isTemporary ? away(error.message, error.retryAfter) : refused(error.message);
}
