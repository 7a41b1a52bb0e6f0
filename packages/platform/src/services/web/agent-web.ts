import type { Caller, Rpc } from '@volttron-ts/agent';
import type { Logger } from '@volttron-ts/vip-core';
import type { AgentFiles, AgentHandler, AgentRoutes, AgentSockets } from '@volttron-ts/web';
import { DuplicateEndpointError, NotOwnerError, RouteRefusedError } from '../../errors.ts';
import { RouteExpression } from './route-expression.ts';
import { RouteOwner } from './route-owner.ts';
import { SocketEndpoint } from './socket-endpoint.ts';

/** How long an agent may take over a request (reference/rmq-web-csr.md §3.2). */
const ENDPOINT_MS = 60_000;
const EXPRESSION_MS = 120_000;
/** Routes that one peer may have: endpoints and web sockets, and expressions, each of which is tried on each request. */
const MOST_ENDPOINTS = 100;
const MOST_EXPRESSIONS = 20;
const ENDPOINT_LENGTH = 256;

type Format = AgentHandler['format'];

interface Endpoint {
  readonly owner: RouteOwner;
  readonly format: Format;
}

interface ExpressionRoute {
  readonly owner: RouteOwner;
  readonly expression: RouteExpression;
  /** A method of the owner, or a directory. */
  readonly target: string;
}

export interface AgentWebOptions {
  /** Asked for when an agent is called, not before. */
  readonly rpc: () => Rpc;
  /** Whether a path is the platform's own. */
  readonly isOwn: (path: string) => boolean;
  readonly log: Logger;
}

/**
 * The routes of agents (reference/rmq-web-csr.md §3.2, §3.3). Each belongs to the peer that registered it, by its name
 * and its user, and ends with it.
 */
export class AgentWeb implements AgentRoutes {
  readonly #options: AgentWebOptions;
  readonly #owners = new Map<string, RouteOwner>();
  readonly #endpoints = new Map<string, Endpoint>();
  /** The last registered first. */
  #methods: readonly ExpressionRoute[] = [];
  #directories: readonly ExpressionRoute[] = [];
  readonly #sockets = new Map<string, SocketEndpoint>();

  constructor(options: AgentWebOptions) {
    this.#options = options;
  }

  /** Exact endpoints, then expressions, then directories. */
  find(path: string): AgentHandler | AgentFiles | undefined {
    if (this.#options.isOwn(path)) return undefined;
    const endpoint = this.#endpoints.get(path);
    if (endpoint !== undefined) {
      return handler(endpoint.owner, endpoint.format, 'route.callback', ENDPOINT_MS);
    }
    const fits = ({ expression }: ExpressionRoute): boolean => expression.matches(path);
    const method = this.#methods.find(fits);
    if (method !== undefined) return handler(method.owner, 'jsonrpc', method.target, EXPRESSION_MS);
    const files = this.#directories.find(fits);
    return files && { kind: 'files', agent: files.owner.peer, directory: files.target };
  }

  sockets(path: string): AgentSockets | undefined {
    return this.#options.isOwn(path) ? undefined : this.#sockets.get(path);
  }

  /** Throws RouteRefusedError, DuplicateEndpointError. */
  addEndpoint(caller: Caller, path: string, format: Format): void {
    const owner = this.enter(caller);
    this.#checkEndpoint(owner, path, this.#endpoints.get(path)?.owner);
    this.#endpoints.set(path, { owner, format });
  }

  /** Throws RouteRefusedError, RouteExpressionError. */
  addMethod(caller: Caller, source: string, method: string): void {
    const owner = this.enter(caller);
    this.#methods = [this.#route(owner, this.#methods, source, method), ...without(this.#methods, owner, source)];
  }

  /** The directory's real path. Throws RouteRefusedError, RouteExpressionError, UnreachableError. */
  addDirectory(owner: RouteOwner, source: string, directory: string): void {
    owner.checkPresent();
    const route = this.#route(owner, this.#directories, source, directory);
    this.#directories = [...without(this.#directories, owner, source), route];
  }

  /** Throws RouteRefusedError, DuplicateEndpointError. A second time by its owner, it changes nothing. */
  addSockets(caller: Caller, path: string): void {
    const owner = this.enter(caller);
    const before = this.#sockets.get(path);
    this.#checkEndpoint(owner, path, before?.owner);
    if (before === undefined) this.#sockets.set(path, new SocketEndpoint(path, owner, this.#options.log));
  }

  /** Throws NotOwnerError. */
  removeSockets(caller: Caller, path: string): void {
    this.#ownSockets(caller, path).close('the agent has ended it');
    this.#sockets.delete(path);
  }

  /** Sends to every client of a web socket. Throws NotOwnerError. */
  send(caller: Caller, path: string, text: string): void {
    this.#ownSockets(caller, path).send(text);
  }

  /** Addresses of clients by endpoint. */
  get clients(): Record<string, string[]> {
    return Object.fromEntries([...this.#sockets].map(([path, endpoint]) => [path, endpoint.clients]));
  }

  /** Ends all routes of the caller. */
  removeAll(caller: Caller): void {
    if (this.#owners.get(caller.peer)?.is(caller) === true) this.dropped(caller.peer);
  }

  /** A peer has left the bus. */
  dropped(peer: string): void {
    const owner = this.#owners.get(peer);
    if (owner === undefined) return;
    this.#owners.delete(peer);
    const isOthers = (route: { readonly owner: RouteOwner }): boolean => route.owner !== owner;
    for (const [path, endpoint] of this.#endpoints) if (!isOthers(endpoint)) this.#endpoints.delete(path);
    this.#methods = this.#methods.filter(isOthers);
    this.#directories = this.#directories.filter(isOthers);
    for (const [path, endpoint] of this.#sockets) {
      if (isOthers(endpoint)) continue;
      this.#sockets.delete(path);
      endpoint.close('the agent has left');
    }
    owner.leave();
  }

  /** The caller as an owner of routes; what another user had under its name ends. */
  enter(caller: Caller): RouteOwner {
    const known = this.#owners.get(caller.peer);
    if (known?.is(caller) === true) return known;
    this.dropped(caller.peer);
    const owner = new RouteOwner(caller, this.#options.rpc);
    this.#owners.set(caller.peer, owner);
    return owner;
  }

  #ownSockets(caller: Caller, path: string): SocketEndpoint {
    const endpoint = this.#sockets.get(path);
    if (endpoint?.owner.is(caller) !== true) throw new NotOwnerError(path, caller.peer);
    return endpoint;
  }

  #checkEndpoint(owner: RouteOwner, path: string, holder: RouteOwner | undefined): void {
    // Control characters would be part of no request that is let in.
    if (!/^\/[^?#\p{Cc}]*$/u.test(path) || path.length > ENDPOINT_LENGTH) {
      const remedy = `Write a path of at most ${ENDPOINT_LENGTH} characters that begins with "/".`;
      throw new RouteRefusedError('endpoint', path.slice(0, ENDPOINT_LENGTH), 'it is no path', remedy);
    }
    this.#checkForeign('endpoint', path, path);
    if (holder !== undefined && holder !== owner) throw new DuplicateEndpointError(path, holder.peer);
    if (holder !== undefined) return;
    const all = [...this.#endpoints.values(), ...this.#sockets.values()];
    checkCount('endpoint', path, all.filter((one) => one.owner === owner).length, MOST_ENDPOINTS);
  }

  #route(owner: RouteOwner, routes: readonly ExpressionRoute[], source: string, target: string): ExpressionRoute {
    const expression = new RouteExpression(source);
    // What may still match other paths is taken: its requests come after the platform's own.
    if (/^\/[^/]+\//.test(expression.prefix)) this.#checkForeign('regex', source, expression.prefix);
    const own = without(routes, owner, source).filter((route) => route.owner === owner);
    checkCount('regex', source, own.length, MOST_EXPRESSIONS);
    return { owner, expression, target };
  }

  #checkForeign(item: string, value: string, path: string): void {
    if (!this.#options.isOwn(path)) return;
    const first = `/${path.split('/', 2)[1] ?? ''}`;
    const remedy = 'Take a path that begins with another name, such as that of the agent.';
    throw new RouteRefusedError(item, value, `${first} is the platform's own`, remedy);
  }
}

const handler = (owner: RouteOwner, format: Format, method: string, timeoutMs: number): AgentHandler => ({
  kind: 'handler',
  agent: owner.peer,
  format,
  call: (environment, data) => owner.answer(method, [environment, data], timeoutMs),
});

/** The routes without that of the same owner and expression, which a new one replaces. */
const without = (routes: readonly ExpressionRoute[], owner: RouteOwner, source: string): ExpressionRoute[] =>
  routes.filter((route) => route.owner !== owner || route.expression.source !== source);

function checkCount(item: string, value: string, count: number, most: number): void {
  if (count < most) return;
  throw new RouteRefusedError(item, value, `its peer has ${most} already`, 'Serve more paths with one of them.');
}
