import { pause } from '@volttron-ts/agent';
import { VipError } from '@volttron-ts/vip-core';
import type { Clock } from '@volttron-ts/vip-core';
import { CertificateDeniedError, CertificateRequestError, DiscoveryError } from '../errors.ts';
import type { CertificateAnswer } from './request-certificate.ts';

export interface CertificatePolling {
  /** One request, as `requestCertificate` makes it. */
  readonly ask: () => Promise<CertificateAnswer>;
  /** Hears each answer that ends nothing, and each failure that is tried again. */
  readonly waiting: (why: CertificateAnswer | VipError) => void;
  readonly clock: Clock;
  /** 0 to 1 */
  readonly random: () => number;
  readonly signal?: AbortSignal;
}

const FIRST_PAUSE_MS = 2000;
const LAST_PAUSE_MS = 30_000;

/**
 * Asks until the other platform has decided: answers the certificate, or throws CertificateDeniedError. A platform that
 * is away, or has no answer yet, is asked again later and later.
 */
export async function awaitCertificate(
  polling: CertificatePolling,
): Promise<Extract<CertificateAnswer, { kind: 'approved' }>> {
  const { clock, random, signal, waiting } = polling;
  for (let attempt = 0; ; attempt++) {
    const answer = await attemptOnce(polling);
    if (answer instanceof VipError) waiting(answer);
    else if (answer.kind === 'approved') return answer;
    else if (answer.kind === 'denied') throw new CertificateDeniedError(answer.name, answer.message);
    else waiting(answer);
    const span = Math.min(FIRST_PAUSE_MS * 1.5 ** Math.min(attempt, 20), LAST_PAUSE_MS);
    await pause(clock, span * (0.75 + random() / 2), signal);
    signal?.throwIfAborted();
  }
}

/** Only what may be different next time is tried again. */
async function attemptOnce({ ask, signal }: CertificatePolling): Promise<CertificateAnswer | VipError> {
  try {
    return await ask();
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof DiscoveryError || (error instanceof CertificateRequestError && error.mayPass)) return error;
    throw error;
  }
}
