import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { ServerOptions } from 'node:https';
import { join } from 'node:path';
import fastify from 'fastify';
import type { FastifyReply } from 'fastify';
import rateLimit from '@fastify/rate-limit';
import fastifyStatic from '@fastify/static';
import type { Logger } from '@volttron-ts/vip-core';
import { agentDoor } from './agents/agent-door.ts';
import { SocketDoor } from './agents/socket-door.ts';
import { callerOf } from './caller.ts';
import type { WebOptions } from './contracts.ts';
import { BadRequestError, NotFoundError, PagesMissingError, TooManyRequestsError } from './errors.ts';
import { LiveStream } from './live-stream.ts';
import { asVipError, BODY_LIMIT, problemHeaders, problemOf } from './problem.ts';
import { refuseRaw } from './raw-refusal.ts';
import { discoveryRoutes } from './routes/discovery-routes.ts';
import { keyRequestRoutes } from './routes/key-request-routes.ts';
import { liveRoutes } from './routes/live-routes.ts';
import { sessionRoutes } from './routes/session-routes.ts';
import { statusRoutes } from './routes/status-routes.ts';
import { securityHeaders } from './security-headers.ts';
import { SessionStore } from './session-store.ts';
import { adminRoutes } from './volttron/admin-routes.ts';
import { authenticateRoutes } from './volttron/authenticate-routes.ts';
import { csrRoutes } from './volttron/csr-routes.ts';
import { volttronDoor } from './volttron/volttron-door.ts';
import { parseWebAddress } from './web-address.ts';
import { addRoutes } from './web-route.ts';
import type { WebApp } from './web-route.ts';

/** What one address may ask in a minute: many agents on one host, each looking again every few seconds. */
const REQUESTS_PER_MINUTE = 3000;
const CONNECTIONS = 1000;

/** The whole application, not yet listening. */
export async function buildWebApp(options: WebOptions): Promise<WebApp> {
  const { certificate: cert, privateKey: key, clock, log, login, live } = options;
  const https: ServerOptions = {
    ...{ cert, key, minVersion: 'TLSv1.2' },
    // Offers of other protocols are declined by answering as ever (RFC 9110 §7.8).
    shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === 'websocket',
  };
  const app = fastify({
    https,
    bodyLimit: BODY_LIMIT,
    requestTimeout: 30_000,
    keepAliveTimeout: 65_000,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 200 },
    clientErrorHandler: (error, socket) => {
      refuseRaw(socket, new BadRequestError('The bytes are no HTTP request.', error));
    },
    frameworkErrors: (error, _request, reply) => {
      const { status, headers, body } = problemAnswer(error, log);
      reply.hijack();
      reply.raw.writeHead(status, { ...securityHeaders, ...headers }).end(body);
    },
  });
  app.server.maxConnections = CONNECTIONS;
  const sessions = new SessionStore(() => randomBytes(32).toString('base64url'));
  const stream = new LiveStream(live, clock);
  const identify = (request: Parameters<typeof callerOf>[0]) => callerOf(request, sessions, login);

  await addPolicies(app, log);
  app.decorateRequest('caller');
  addRoutes(
    app,
    [
      ...discoveryRoutes(options.discovery),
      ...statusRoutes(options.discovery, clock),
      ...sessionRoutes(sessions, login, log),
      ...keyRequestRoutes(options.keyRequests),
      ...liveRoutes({ live, stream, log, mayWatch: async (request) => (await identify(request)).mayWatch }),
    ],
    identify,
  );
  if (options.pages === undefined) await app.register(fastifyStatic, { serve: false });
  else await addPages(app, options.pages);
  await addVolttron(app, options);
  await addAgents(app, options, stream);
  return app;
}

/** What programs of VOLTTRON ask for. */
async function addVolttron(app: WebApp, { tokens, certificates, keyRequests, log }: WebOptions): Promise<void> {
  const routes = [
    ...authenticateRoutes(tokens, log),
    ...adminRoutes({ keyRequests, certificates }),
    ...(certificates === undefined ? [] : csrRoutes(certificates, log)),
  ];
  await app.register(volttronDoor, { tokens, routes });
}

/** After the platform's own: what agents serve. */
async function addAgents(
  app: WebApp,
  { agents, bindAddress, clock, log }: WebOptions,
  stream: LiveStream,
): Promise<void> {
  await app.register(agentDoor, { agents, serverName: parseWebAddress(bindAddress).host, log });
  const sockets = new SocketDoor({ agents, clock, log });
  app.server.on('upgrade', (request, socket, head: Buffer) => {
    sockets.upgrade(request, socket, head);
  });
  app.addHook('preClose', () => {
    stream.close();
    sockets.close();
    return Promise.resolve();
  });
}

/** What holds for every route: headers, limits, bodies, errors. */
async function addPolicies(app: WebApp, log: Logger): Promise<void> {
  app.addHook('onRequest', (request, reply, done) => {
    void reply.headers(securityHeaders);
    if (request.url.startsWith('/api/')) void reply.header('cache-control', 'no-store');
    done();
  });
  await app.register(rateLimit, {
    max: REQUESTS_PER_MINUTE,
    timeWindow: 60_000,
    errorResponseBuilder: (_request, { ttl }) => new TooManyRequestsError(Math.ceil(ttl / 1000)),
  });
  app.removeAllContentTypeParsers();
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined);
    else void parseJson(request, body, done);
  });
  app.setErrorHandler((error, request, reply) =>
    sendProblem(reply, asVipError(error, request.routeOptions.bodyLimit), log),
  );
  app.setNotFoundHandler({ preHandler: app.rateLimit() }, (request, reply) =>
    sendProblem(reply, new NotFoundError(request.url.slice(0, 200)), log),
  );
}

function sendProblem(reply: FastifyReply, thrown: unknown, log: Logger): FastifyReply {
  const { status, headers, body } = problemAnswer(thrown, log);
  return reply.code(status).headers(headers).send(Buffer.from(body));
}

function problemAnswer(
  thrown: unknown,
  log: Logger,
): { status: number; headers: Record<string, string>; body: string } {
  const error = asVipError(thrown);
  const problem = problemOf(error);
  if (problem.status === 500) log.error('web request failed', { error: error.line, cause: error.cause });
  return { status: problem.status, headers: problemHeaders(error), body: JSON.stringify(problem) };
}

/** Files below `assets/` carry a hash in their names and never change; the others are asked for again each time. */
async function addPages(app: WebApp, directory: string): Promise<void> {
  if (!existsSync(join(directory, 'index.html'))) throw new PagesMissingError(directory);
  await app.register(fastifyStatic, {
    root: directory,
    wildcard: false,
    cacheControl: false,
    setHeaders: (reply, path) => {
      const immutable = path.startsWith(join(directory, 'assets'));
      void reply.header('cache-control', immutable ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
}
