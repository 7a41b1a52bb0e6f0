import { realpath } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify';
import { parseLooseJson, TimeoutError, VipError } from '@volttron-ts/vip-core';
import type { Logger } from '@volttron-ts/vip-core';
import type { AgentFiles, AgentHandler, AgentRoutes } from '../agent-routes.ts';
import {
  AgentFailedError,
  AgentTimeoutError,
  BadRequestError,
  ForeignOriginError,
  MethodNotAllowedError,
  NotFoundError,
} from '../errors.ts';
import { foreignOrigin } from '../request-origin.ts';
import { allMethods } from '../web-route.ts';
import { answerOf } from './agent-answer.ts';
import { requestEnvironment } from './request-environment.ts';

/** The largest body that an agent is handed, in bytes. */
export const AGENT_BODY_LIMIT = 1 << 20;

const reading: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

export interface AgentDoorOptions {
  readonly agents: AgentRoutes;
  readonly serverName: string;
  readonly log: Logger;
}

type Route = AgentHandler | AgentFiles;

/** Every path that is not the platform's own; whose it is, is decided before the body is read. */
export const agentDoor: FastifyPluginCallback<AgentDoorOptions> = (scope, { agents, serverName, log }, done) => {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, parsed) => {
    parsed(null, body);
  });
  scope.decorateRequest('agentRoute');
  scope.route({
    method: [...allMethods],
    url: '/*',
    exposeHeadRoute: false,
    bodyLimit: AGENT_BODY_LIMIT,
    preParsing: (request, _reply, _payload, next) => {
      request.setDecorator('agentRoute', routeOf(agents, request));
      next();
    },
    handler: async (request, reply) => {
      const route = request.getDecorator<Route>('agentRoute');
      if (route.kind === 'files') return sendFile(route, request, reply);
      return ask(route, request, reply, { serverName, log });
    },
  });
  done();
};

const pathOf = (request: FastifyRequest): string => `/${(request.params as { '*': string })['*']}`;

/** Throws BadRequestError, NotFoundError, ForeignOriginError, MethodNotAllowedError. */
function routeOf(agents: AgentRoutes, request: FastifyRequest): Route {
  const path = pathOf(request);
  if (/\p{Cc}/u.test(path)) throw new BadRequestError('The path has control characters.');
  const route = agents.find(path);
  if (route === undefined) throw new NotFoundError(path.slice(0, 200));
  if (reading.has(request.method)) return route;
  if (route.kind === 'files') throw new MethodNotAllowedError(request.method, path.slice(0, 200), 'GET, HEAD');
  const foreign = foreignOrigin(request.headers);
  if (foreign !== undefined) throw new ForeignOriginError(foreign);
  return route;
}

interface AskOptions {
  readonly serverName: string;
  readonly log: Logger;
}

async function ask(
  route: AgentHandler,
  request: FastifyRequest,
  reply: FastifyReply,
  { serverName, log }: AskOptions,
): Promise<FastifyReply> {
  const environment = requestEnvironment({
    method: request.method,
    path: pathOf(request),
    query: request.url.includes('?') ? request.url.slice(request.url.indexOf('?') + 1) : '',
    httpVersion: request.raw.httpVersion,
    address: request.ip,
    serverName,
    headers: request.headers,
  });
  const data = dataOf(request);
  try {
    const { status, headers, body } = answerOf(route, await route.call(environment, data));
    for (const [name, value] of headers) void reply.header(name, value);
    return await reply.code(status).send(body);
  } catch (error) {
    throw failureOf(route.agent, error, log);
  }
}

/** JSON as what it says, anything else as text. Throws BadRequestError. */
function dataOf({ body, headers }: FastifyRequest): unknown {
  const text = textOf(body as Buffer | undefined);
  if (text === '' || headers['content-type']?.toLowerCase().includes('application/json') !== true) return text;
  try {
    return parseLooseJson(text);
  } catch (error) {
    throw new BadRequestError('The body is not JSON, or nested too deep.', error);
  }
}

function textOf(body: Buffer | undefined): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch (error) {
    throw new BadRequestError('The body is no UTF-8 text.', error);
  }
}

/** What a client hears of an agent that failed; why it did is for the log. */
export function failureOf(agent: string, error: unknown, log: Logger): VipError {
  const reason = error instanceof VipError ? error.line : String(error);
  log.warn('an agent did not answer a web request', { agent, reason });
  if (error instanceof TimeoutError) return new AgentTimeoutError(agent);
  if (error instanceof VipError && error.code === 'again') return error;
  return error instanceof AgentFailedError ? error : new AgentFailedError(agent, 'it failed, or has left');
}

/** A file below the directory by its real path, whatever links lead there. Hidden ones are not shown. */
async function sendFile(
  { directory }: AgentFiles,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const path = pathOf(request);
  const real = await realpath(join(directory, path)).catch(() => undefined);
  const way = real === undefined ? '' : relative(directory, real);
  if (way === '' || way === '..' || way.startsWith(`..${sep}`)) throw new NotFoundError(path.slice(0, 200));
  return reply.sendFile(way, directory, { cacheControl: false, dotfiles: 'ignore', index: false });
}
