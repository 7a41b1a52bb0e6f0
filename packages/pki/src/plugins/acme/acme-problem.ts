import { AcmeProblemError } from '../errors.ts';

interface Response {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly data: unknown;
}

const PREFIX = 'urn:ietf:params:acme:error:';
const DAY = 86_400_000;

/** RFC 8555 §6.7. */
interface Problem {
  readonly type: string;
  readonly detail: string;
}

/** Passes on an answer that is none of a problem; a bad nonce is the client's to repeat (§6.5). */
export function explainResponse<T extends Response>(response: T): T {
  const { status, data } = response;
  if (status < 400) return response;
  const { type, detail } = readProblem(data);
  if (type === 'badNonce') return response;
  const retryAfter = readRetryAfter(response.headers['retry-after'], Date.now());
  throw new AcmeProblemError(type === '' ? `HTTP ${status}` : type, detail, {
    retryAfter,
    isTemporary: status >= 500 || status === 429 || type === 'rateLimited',
  });
}

/** The CA was not reached. */
export function explainTransport(error: unknown): never {
  if (error instanceof AcmeProblemError) throw error;
  const reason = error instanceof Error ? error.message || error.name : String(error);
  throw new AcmeProblemError('unreachable', reason, { isTemporary: true, cause: error });
}

/** @param data a problem document (RFC 7807), or what stands in its place */
export function readProblem(data: unknown): Problem {
  const { type, detail } = (typeof data === 'object' && data !== null ? data : {}) as Partial<Record<string, unknown>>;
  return {
    type: typeof type === 'string' ? type.replace(PREFIX, '') : '',
    detail: typeof detail === 'string' ? detail : 'it gives no reason',
  };
}

/** ms until a CA wants to be asked again: seconds or a date (RFC 9110 §10.2.3), a week at most. */
export function readRetryAfter(header: unknown, now: number): number | undefined {
  if (typeof header !== 'string') return undefined;
  const wait = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isNaN(wait) || wait <= 0 ? undefined : Math.min(wait, 7 * DAY);
}
