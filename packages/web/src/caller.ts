import type { FastifyRequest } from 'fastify';
import { SessionInvalidError } from '@volttron-ts/auth';
import type { WebSession } from '@volttron-ts/auth';
import type { WebLogin } from './contracts.ts';
import { cookieOf, isLocalRequest } from './request-origin.ts';
import type { SessionStore } from './session-store.ts';

/** The group whose members decide on keys and certificates. */
export const ADMIN = 'admin';

/** Who asks. */
export interface Caller {
  /** Set for a live session. */
  readonly user: string | undefined;
  readonly sessionId: string | undefined;
  /** Live values are for users, and for anybody on this machine. */
  readonly mayWatch: boolean;
  readonly mayDecide: boolean;
}

export const NOBODY: Caller = { user: undefined, sessionId: undefined, mayWatch: false, mayDecide: false };

/** What the names of session cookies begin with. */
export const SESSION_COOKIE = '__Host-volttron-';

/** Cookies of one host reach all its ports, so that each instance needs a name of its own. */
export function sessionCookie(request: FastifyRequest): string {
  return `${SESSION_COOKIE}${request.socket.localPort ?? 0}`;
}

export async function callerOf(request: FastifyRequest, sessions: SessionStore, login: WebLogin): Promise<Caller> {
  const sessionId = cookieOf(request.headers.cookie, sessionCookie(request));
  const session = sessionId === undefined ? undefined : await sessionOf(sessionId, sessions, login);
  const local = isLocalRequest(request.socket.remoteAddress, request.headers);
  return {
    user: session?.user,
    sessionId,
    mayWatch: local || session !== undefined,
    mayDecide: session?.roles.includes(ADMIN) ?? false,
  };
}

async function sessionOf(id: string, sessions: SessionStore, login: WebLogin): Promise<WebSession | undefined> {
  const token = sessions.token(id);
  if (token === undefined) return undefined;
  try {
    return await login.verify(token);
  } catch (error) {
    if (!(error instanceof SessionInvalidError)) throw error;
    sessions.close(id);
    return undefined;
  }
}
