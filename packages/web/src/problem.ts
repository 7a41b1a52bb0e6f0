import { LoginThrottledError } from '@volttron-ts/auth';
import { VipError } from '@volttron-ts/vip-core';
import { BadRequestError, BodyTooLargeError, MethodNotAllowedError, UnsupportedMediaTypeError } from './errors.ts';

/** The largest request body, in bytes: a login or a decision is far smaller. */
export const BODY_LIMIT = 16_384;

/** An RFC 9457 problem document. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly item?: string;
  readonly remedy?: string;
}

/** HTTP status and title of every code that may reach a client; a code that is not here is our own fault. */
const kinds: Readonly<Record<string, readonly [status: number, title: string]>> = {
  'bad-request': [400, 'Bad request'],
  'invalid-value': [400, 'Invalid value'],
  'login-required': [401, 'Login required'],
  'token-required': [401, 'Token required'],
  'web-token-invalid': [401, 'Token not valid'],
  'login-refused': [401, 'Login refused'],
  unauthorized: [403, 'Not allowed'],
  'socket-refused': [403, 'Not let in'],
  'foreign-origin': [403, 'Foreign origin'],
  'not-found': [404, 'Not found'],
  'request-unknown': [404, 'Not found'],
  'method-not-allowed': [405, 'Method not allowed'],
  'request-superseded': [409, 'Superseded'],
  'first-user-exists': [409, 'User exists'],
  'request-final': [409, 'Decided or ended'],
  'certificate-name-refused': [409, 'Name refused'],
  'certificate-plugin-missing': [503, 'No certificate authority'],
  'identity-taken': [409, 'Name taken'],
  'identity-reserved': [409, 'Name reserved'],
  'body-too-large': [413, 'Body too large'],
  'unsupported-media-type': [415, 'Unsupported media type'],
  'too-many-requests': [429, 'Too many requests'],
  'login-throttled': [429, 'Too many failed logins'],
  'agent-failed': [502, 'Agent failed'],
  'agent-timeout': [504, 'Agent too slow'],
  'step-pending': [503, 'Decided, not yet in effect'],
  again: [503, 'Busy'],
  'too-many-streams': [503, 'Busy'],
  'too-many-sockets': [503, 'Busy'],
};

/** What a client hears about an error. An error of no known kind is named only in the log. */
export function problemOf(error: VipError): Problem {
  const [status, title] = kinds[error.code] ?? [500, 'Internal error'];
  const known = status !== 500;
  return {
    type: `urn:volttron:problem:${known ? error.code : 'internal'}`,
    title,
    status,
    detail: known ? error.message : 'The platform failed to answer; its log says why.',
    code: known ? error.code : 'internal',
    ...(known && error.item !== undefined ? { item: error.item } : {}),
    ...(known && error.remedy !== undefined ? { remedy: error.remedy } : {}),
  };
}

/** Headers that belong to the problem besides its document. */
export function problemHeaders(error: VipError): Record<string, string> {
  const retry = retryAfter(error);
  return {
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    ...(error instanceof MethodNotAllowedError ? { allow: error.allow } : {}),
    ...(['token-required', 'web-token-invalid'].includes(error.code) ? { 'www-authenticate': 'Bearer' } : {}),
    ...(retry === undefined ? {} : { 'retry-after': String(retry) }),
  };
}

/** In seconds. */
function retryAfter(error: VipError): number | undefined {
  if (error instanceof LoginThrottledError) return Math.ceil(error.retryAfter / 1000);
  return ['too-many-streams', 'too-many-sockets', 'again'].includes(error.code) ? 5 : undefined;
}

interface HttpError {
  readonly code?: unknown;
  readonly statusCode?: unknown;
}

/** Turns whatever was thrown, the HTTP library's own errors included, into one of ours. `limit` is the largest body's. */
export function asVipError(thrown: unknown, limit = BODY_LIMIT): VipError {
  if (thrown instanceof VipError) return thrown;
  const message = thrown instanceof Error ? thrown.message : 'The request cannot be handled.';
  const { code, statusCode } = (typeof thrown === 'object' && thrown !== null ? thrown : {}) as HttpError;
  switch (statusCode) {
    case 400:
    case 414:
      return new BadRequestError(code === 'FST_ERR_CTP_INVALID_JSON_BODY' ? 'The body is not JSON.' : message, thrown);
    case 413:
      return new BodyTooLargeError(limit);
    case 415:
      return new UnsupportedMediaTypeError('unknown');
    default:
      return new VipError('internal', message, { cause: thrown });
  }
}
