import { certificateStatus } from '@volttron-ts/pki/plugin';
import type { CertificateStatus, OrderMethod } from '@volttron-ts/pki';

/** Where the plugin names no time (Barbican's default), ms. */
const DEFAULT_RETRY = 3_600_000;
/** No plugin is asked more often, whatever it answers, ms. */
const SHORTEST_RETRY = 100;
/** The first pause after a miss that names no time, ms; doubled by each further one. */
const FIRST_PAUSE = 1000;
/** Where doubling ends, unless the plugin itself wants a longer pause, ms. */
const LONGEST_PAUSE = 3_600_000;
/** Up to so much is added to a grown pause, so that orders which failed together do not come back together. */
const JITTER = 0.25;

export interface NextCall {
  readonly method: OrderMethod;
  /** ms; never shorter than the result's `retryMsec`. */
  readonly delay: number;
}

/** What follows an answer that leaves the order open (seeds/002, "Barbican Core Plugin Sequence"). */
export function planNext(
  answer: {
    readonly status: CertificateStatus;
    readonly retryMsec?: number | undefined;
    readonly retryMethod?: OrderMethod | undefined;
  },
  method: OrderMethod,
  misses: number,
  random: number,
): NextCall {
  const retry = Math.max(answer.retryMsec ?? DEFAULT_RETRY, SHORTEST_RETRY);
  const away = answer.status === certificateStatus.CA_UNAVAILABLE_FOR_REQUEST;
  return {
    method: answer.retryMethod ?? (away ? method : 'checkCertificateStatus'),
    delay: away && misses > 1 ? grown(retry, misses, random) : Math.ceil(retry),
  };
}

/** The pause after an interruption; `misses` counts from 1. */
export function pauseAfter(misses: number, random: number): number {
  return grown(FIRST_PAUSE, misses, random);
}

function grown(first: number, misses: number, random: number): number {
  const base = Math.max(first, FIRST_PAUSE);
  const doubled = Math.min(base * 2 ** Math.min(misses - 1, 30), Math.max(LONGEST_PAUSE, base));
  return Math.ceil(doubled * (1 + JITTER * random));
}
