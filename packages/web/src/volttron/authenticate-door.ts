import type { FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify';
import { LoginRefusedError, Secret, WebTokenInvalidError } from '@volttron-ts/auth';
import type { Logger } from '@volttron-ts/vip-core';
import type { TokenLogin } from '../contracts.ts';
import { MethodNotAllowedError } from '../errors.ts';
import { bearerOf } from '../request-origin.ts';
import { allMethods } from '../web-route.ts';

export interface AuthenticateDoorOptions {
  readonly tokens: TokenLogin;
  readonly log: Logger;
}

const PATH = '/authenticate';
const METHODS = ['POST', 'PUT', 'DELETE'];
/** Guesses of a password that one address has in a minute. */
const LOGINS_PER_MINUTE = 10;
const LONGEST = 1024;

/**
 * VOLTTRON's tokens (reference/rmq-web-csr.md §3.5): POST a name and password, as JSON or as a form, for an access and a
 * refresh token; PUT with the refresh token as bearer for another access token.
 */
export const authenticateDoor: FastifyPluginCallback<AuthenticateDoorOptions> = (scope, { tokens, log }, done) => {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, parsed) => {
    parsed(null, body);
  });
  scope.post(
    PATH,
    { config: { rateLimit: { max: LOGINS_PER_MINUTE, timeWindow: 60_000 } } },
    async (request, reply) => {
      const { username, password } = credentialsOf(request);
      if (username === undefined || password === undefined) return unauthorized(reply, MISSING(username, password));
      try {
        const pair = await tokens.login(username, new Secret(password));
        log.info('tokens were given', { user: username, address: request.ip });
        return pair;
      } catch (error) {
        if (!(error instanceof LoginRefusedError)) throw error;
        log.warn('web login refused', { user: username, address: request.ip });
        return unauthorized(reply, '');
      }
    },
  );
  scope.put(PATH, async (request, reply) => {
    const bearer = bearerOf(request.headers);
    if (bearer === undefined) return unauthorized(reply, 'Unauthorized User');
    try {
      return { access_token: await tokens.renew(bearer) };
    } catch (error) {
      if (!(error instanceof WebTokenInvalidError)) throw error;
      return unauthorized(reply, 'Invalid refresh token.');
    }
  });
  scope.delete(PATH, (_request, reply) =>
    reply.code(501).type('text/plain').send(`DELETE ${PATH} is not yet implemented`),
  );
  scope.route({
    method: allMethods.filter((method) => !METHODS.includes(method)),
    url: PATH,
    exposeHeadRoute: false,
    preParsing: (request) => Promise.reject(new MethodNotAllowedError(request.method, PATH, METHODS.join(', '))),
    handler: () => undefined,
  });
  done();
};

const MISSING = (username: string | undefined, password: string | undefined): string =>
  `${username === undefined ? 'Invalid username passed' : ''}${password === undefined ? 'Invalid password passed' : ''}`;

/** Without a problem document: the original's clients look at the status alone. */
function unauthorized(reply: FastifyReply, text: string): FastifyReply {
  return reply.code(401).type('text/html').send(text);
}

interface Credentials {
  readonly username: string | undefined;
  readonly password: string | undefined;
}

/** JSON when it is told to be, else a form. */
function credentialsOf(request: FastifyRequest): Credentials {
  const body = typeof request.body === 'string' ? request.body : '';
  const isJson = request.headers['content-type']?.startsWith('application/json') ?? false;
  const fields = isJson ? jsonFields(body) : Object.fromEntries(new URLSearchParams(body));
  const field = (name: string): string | undefined => {
    const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
    return typeof value === 'string' && value !== '' && value.length <= LONGEST ? value : undefined;
  };
  return { username: field('username'), password: field('password') };
}

function jsonFields(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
