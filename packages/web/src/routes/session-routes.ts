import type { FastifyReply, FastifyRequest } from 'fastify';
import { Secret } from '@volttron-ts/auth';
import { checker, t } from '@volttron-ts/vip-core';
import type { Logger } from '@volttron-ts/vip-core';
import { sessionCookie } from '../caller.ts';
import type { WebLogin } from '../contracts.ts';
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
        const token = await login.login(user, new Secret(password)).catch((error: unknown) => {
          log.warn('web login refused', { user, address: request.ip });
          throw error;
        });
        if (caller.sessionId !== undefined) sessions.close(caller.sessionId);
        setCookie(request, reply, sessions.open(token));
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
        setCookie(request, reply, '', '; Max-Age=0');
        return reply.code(204).send();
      },
    },
  ];
}

/** For as long as the browser runs, unless told otherwise: how long the session lives is the server's matter. */
function setCookie(request: FastifyRequest, reply: FastifyReply, value: string, age = ''): void {
  const cookie = `${sessionCookie(request)}=${value}; Path=/; HttpOnly; Secure; SameSite=Strict${age}`;
  void reply.header('set-cookie', cookie);
}
