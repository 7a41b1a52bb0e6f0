import type { FastifyRequest } from 'fastify';
import type { WebLogin } from './contracts.ts';
import { cookieOf, isLocalRequest } from './request-origin.ts';
import type { SessionStore } from './session-store.ts';

/** Who asks. */
export interface Caller {
  /** Set for a live session. */
  readonly user: string | undefined;
  readonly sessionId: string | undefined;
  /** Live values are for users, and for anybody on this machine. */
  readonly mayWatch: boolean;
}

/** Cookies of one host reach all its ports, so that each instance needs a name of its own. */
export function sessionCookie(request: FastifyRequest): string {
  return `__Host-volttron-${request.socket.localPort ?? 0}`;
}

export async function callerOf(request: FastifyRequest, sessions: SessionStore, login: WebLogin): Promise<Caller> {
  const sessionId = cookieOf(request.headers.cookie, sessionCookie(request));
  const token = sessionId === undefined ? undefined : sessions.token(sessionId);
  const user = token === undefined ? undefined : await login.verify(token);
  const local = isLocalRequest(request.socket.remoteAddress, request.headers);
  return { user, sessionId, mayWatch: local || user !== undefined };
}
