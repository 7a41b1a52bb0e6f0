import type { FastifyReply, FastifyRequest } from 'fastify';
import { LoginRefusedError, Secret, WebTokenInvalidError } from '@volttron-ts/auth';
import type { Logger } from '@volttron-ts/vip-core';
import type { TokenLogin } from '../contracts.ts';
import { BadRequestError } from '../errors.ts';
import { bearerOf, isJsonType } from '../request-origin.ts';
import type { WebRoute } from '../web-route.ts';
import { sendJson } from './json-answer.ts';

const PATH = '/authenticate';
/** Guesses of a password that one address has in a minute. */
const LOGINS_PER_MINUTE = 10;
const LONGEST = 1024;

/**
 * VOLTTRON's tokens (reference/rmq-web-csr.md §3.5): POST a name and password, as JSON or as a form, for an access and a
 * refresh token; PUT with the refresh token as bearer for another access token. Texts and media types are VOLTTRON's.
 */
export function authenticateRoutes(tokens: TokenLogin, log: Logger): readonly WebRoute[] {
  return [
    {
      method: 'POST',
      url: PATH,
      access: 'program',
      perMinute: LOGINS_PER_MINUTE,
      handle: (request, reply) => login(request, reply, tokens, log),
    },
    { method: 'PUT', url: PATH, access: 'program', handle: (request, reply) => renew(request, reply, tokens) },
    {
      method: 'DELETE',
      url: PATH,
      access: 'program',
      handle: (_request, reply) =>
        reply.code(501).header('content-type', 'text/plain').send(`DELETE ${PATH} is not yet implemented`),
    },
  ];
}

async function login(
  request: FastifyRequest,
  reply: FastifyReply,
  tokens: TokenLogin,
  log: Logger,
): Promise<FastifyReply> {
  const fields = fieldsOf(request);
  const [user, password] = [text(fields, 'username'), text(fields, 'password')];
  if (user === undefined || password === undefined) {
    const missing = Object.entries({ username: user, password }).filter(([, value]) => value === undefined);
    return unauthorized(reply, missing.map(([name]) => `Invalid ${name} passed`).join(''));
  }
  try {
    const pair = await tokens.login(user, new Secret(password));
    log.info('web tokens given', { user, address: request.ip });
    return await sendJson(reply, pair);
  } catch (error) {
    log.warn('web login refused', { user, address: request.ip });
    if (error instanceof LoginRefusedError) return unauthorized(reply, '');
    throw error;
  }
}

async function renew(request: FastifyRequest, reply: FastifyReply, tokens: TokenLogin): Promise<FastifyReply> {
  const bearer = bearerOf(request.headers);
  if (bearer === undefined) return unauthorized(reply, 'Unauthorized User');
  try {
    return await sendJson(reply, { access_token: await tokens.renew(bearer) });
  } catch (error) {
    if (error instanceof WebTokenInvalidError) return unauthorized(reply, error.message);
    throw error;
  }
}

function unauthorized(reply: FastifyReply, body: string): FastifyReply {
  return reply.code(401).headers({ 'content-type': 'text/html', 'www-authenticate': 'Bearer' }).send(body);
}

/** JSON when it says so, else a form. Throws BadRequestError. */
function fieldsOf({ body, headers }: FastifyRequest): object {
  const given = typeof body === 'string' ? body : '';
  if (!isJsonType(headers['content-type'])) return Object.fromEntries(new URLSearchParams(given));
  try {
    const value: unknown = JSON.parse(given);
    if (typeof value === 'object' && value !== null) return value;
  } catch (error) {
    throw new BadRequestError('The body is not JSON.', error);
  }
  throw new BadRequestError('The body is no JSON object with "username" and "password".');
}

function text(fields: object, name: string): string | undefined {
  const value: unknown = Object.getOwnPropertyDescriptor(fields, name)?.value;
  return typeof value === 'string' && value !== '' && value.length <= LONGEST ? value : undefined;
}
