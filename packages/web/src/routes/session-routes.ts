import type { FastifyReply, FastifyRequest } from 'fastify';
import { checker, t } from '@volttron-ts/vip-core';
import type { Logger } from '@volttron-ts/vip-core';
import { sessionCookie } from '../caller.ts';
import type { WebLogin } from '../contracts.ts';
import { LoginFailedError } from '../errors.ts';
import { LIFETIME } from '../session-store.ts';
import type { SessionStore } from '../session-store.ts';
import type { WebRoute } from '../web-route.ts';

/** Guesses of a password that one address has in a minute. */
const LOGINS_PER_MINUTE = 10;

const checkLogin = checker(
  t.Object(
    { user: t.String({ minLength: 1, maxLength: 256 }), password: t.String({ minLength: 1, maxLength: 1024 }) },
    { additionalProperties: false },
  ),
);

/** `/api/session`: POST user and password to log in, DELETE to log out. */
export function sessionRoutes(sessions: SessionStore, login: WebLogin, log: Logger): readonly WebRoute[] {
  return [
    {
      method: 'POST',
      url: '/api/session',
      access: 'own-page',
      perMinute: LOGINS_PER_MINUTE,
      handle: async (request, reply, caller) => {
        const { user, password } = checkLogin(request.body, 'The login');
        const token = await login.login(user, password);
        if (token === undefined) {
          log.warn('web login failed', { user, address: request.ip });
          throw new LoginFailedError();
        }
        if (caller.sessionId !== undefined) sessions.close(caller.sessionId);
        setCookie(request, reply, sessions.open(token), LIFETIME / 1000);
        log.info('web login', { user, address: request.ip });
        return { user };
      },
    },
    {
      method: 'DELETE',
      url: '/api/session',
      access: 'own-page',
      handle: (request, reply, caller) => {
        if (caller.sessionId !== undefined) sessions.close(caller.sessionId);
        setCookie(request, reply, '', 0);
        return reply.code(204).send();
      },
    },
  ];
}

function setCookie(request: FastifyRequest, reply: FastifyReply, value: string, seconds: number): void {
  const cookie = `${sessionCookie(request)}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; Secure; SameSite=Strict`;
  void reply.header('set-cookie', cookie);
}
