import type { FastifyRequest } from 'fastify';
import { ADMIN, NOBODY } from '../caller.ts';
import type { Caller } from '../caller.ts';
import type { TokenLogin } from '../contracts.ts';
import { TokenRequiredError } from '../errors.ts';
import { bearerOf, cookieOf } from '../request-origin.ts';
import type { Access } from '../web-route.ts';

/** The cookie that VOLTTRON's own pages keep their access token in. */
const COOKIE = 'Bearer';

/**
 * Who asks, by an access token. Browsers send cookies for pages of other hosts too, so that what changes something takes
 * the token from the header only. Throws TokenRequiredError, WebTokenInvalidError.
 */
export async function tokenCaller(request: FastifyRequest, tokens: TokenLogin, access: Access): Promise<Caller> {
  if (access !== 'token' && access !== 'token-read') return NOBODY;
  const cookie = access === 'token-read' ? cookieOf(request.headers.cookie, COOKIE) : undefined;
  const token = bearerOf(request.headers) ?? cookie;
  if (token === undefined) throw new TokenRequiredError();
  const { user, roles } = await tokens.verify(token);
  return { user, sessionId: undefined, mayWatch: true, mayDecide: roles.includes(ADMIN) };
}
