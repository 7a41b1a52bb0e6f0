import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import type { Server } from 'node:https';
import { UnauthorizedError } from '@volttron-ts/vip-core';
import type { Caller } from './caller.ts';
import { ForeignOriginError, LoginRequiredError, MethodNotAllowedError, UnsupportedMediaTypeError } from './errors.ts';
import { foreignOrigin, isJsonType } from './request-origin.ts';

export type WebApp = FastifyInstance<Server>;

/**
 * `anyone`: a read that tells nothing secret. `own-page`: not for pages of other hosts. `watcher`: who may see live
 * values. `admin`: who may decide on keys, and not from pages of other hosts. `program`: as `own-page`, with a body of any
 * media type. `token`: as `admin`, by an access token instead of a session. `token-read`: as `token`, for what only reads.
 */
export type Access = 'anyone' | 'own-page' | 'watcher' | 'admin' | 'program' | 'token' | 'token-read';

type Identify = (request: FastifyRequest, access: Access) => Promise<Caller>;

/** What one resource does for one method; all that a handler may rely on is checked before the body is read. */
export interface WebRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly access: Access;
  /** Requests a minute and address, where the general limit is too much. */
  readonly perMinute?: number;
  handle(request: FastifyRequest, reply: FastifyReply, caller: Caller): unknown;
}

export const allMethods: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** Registers the routes, and a 405 for every other method of their paths. */
export function addRoutes(app: WebApp, routes: readonly WebRoute[], identify: Identify): void {
  for (const route of routes) addRoute(app, route, identify);
  for (const [url, same] of Map.groupBy(routes, (route) => route.url)) {
    const allow: readonly string[] = same.map(({ method }) => method);
    app.route({
      method: allMethods.filter((method) => !allow.includes(method)),
      url,
      exposeHeadRoute: false,
      preParsing: (request) => Promise.reject(new MethodNotAllowedError(request.method, url, allow.join(', '))),
      handler: () => undefined,
    });
  }
}

function addRoute(app: WebApp, route: WebRoute, identify: Identify): void {
  const { method, url, access, perMinute } = route;
  app.route({
    method,
    url,
    exposeHeadRoute: false,
    config: perMinute === undefined ? {} : { rateLimit: { max: perMinute, timeWindow: 60_000 } },
    preParsing: async (request) => {
      const caller = await identify(request, access);
      admit(request, access, caller);
      request.setDecorator('caller', caller);
    },
    handler: (request, reply) => route.handle(request, reply, request.getDecorator<Caller>('caller')),
  });
}

const sessionOnly: ReadonlySet<Access> = new Set(['own-page', 'watcher', 'admin']);
const adminOnly: ReadonlySet<Access> = new Set(['admin', 'token', 'token-read']);

/** Throws ForeignOriginError, LoginRequiredError, UnauthorizedError, UnsupportedMediaTypeError. */
function admit(request: FastifyRequest, access: Access, caller: Caller): void {
  if (access === 'anyone') return;
  const foreign = foreignOrigin(request.headers);
  if (foreign !== undefined) throw new ForeignOriginError(foreign);
  admitCaller(access, caller);
  const type = request.headers['content-type'];
  if (request.method === 'POST' && sessionOnly.has(access) && !isJsonType(type)) {
    throw new UnsupportedMediaTypeError(type ?? 'none');
  }
}

function admitCaller(access: Access, caller: Caller): void {
  if (access === 'admin' && caller.user === undefined) throw new LoginRequiredError();
  if (adminOnly.has(access) && !caller.mayDecide)
    throw new UnauthorizedError('Only members of the group "admin" may do this.');
  if (access === 'watcher' && !caller.mayWatch) throw new LoginRequiredError();
}
