import { services, t, UnauthorizedError } from '@volttron-ts/vip-core';
import type { Logger } from '@volttron-ts/vip-core';
import type { PeerList } from '../peers.ts';
import type { RpcDispatcher } from '../rpc/dispatcher.ts';
import type { Caller } from '../rpc/method.ts';
import type { Rpc } from '../rpc/rpc.ts';
import type { Session } from '../session/session.ts';

/**
 * Answers a request to an endpoint. `environment` has names of CGI such as `PATH_INFO`, `data` is the body: parsed when it
 * is JSON, else text. The answer is an object or other value, sent as JSON; `[content, headers]`; or `[status, content,
 * headers]`. Of type `raw`: `[status, base64 content, headers]`.
 */
export type WebHandler = (environment: Readonly<Record<string, string>>, data: unknown) => unknown;

/** What is told of the clients of a web socket. */
export interface WebsocketHandlers {
  /** Whether a client of this address may come in; all may when not given. */
  opened?(address: string, endpoint: string): boolean | Promise<boolean>;
  closed?(endpoint: string): void | Promise<void>;
  received?(endpoint: string, message: string): void | Promise<void>;
}

/**
 * `vip.web`: what the agent serves on the web, through the platform. All of it is registered again after a reconnect, and
 * ends with the agent. Everything rejects as `rpc.call` does: with UnreachableError on platforms that serve no web, with
 * RemoteError for a path of the platform's own or of another agent.
 */
export interface Web {
  /** Requests of exactly this path are the handler's. */
  registerEndpoint(
    endpoint: string,
    handler: WebHandler,
    options?: { readonly type?: 'jsonrpc' | 'raw' },
  ): Promise<void>;
  /**
   * Has the platform serve files: requests of paths that match the regular expression `prefix` are answered by the file
   * of that whole path below `directory`. Needs the capability `serve_files`.
   */
  registerPath(prefix: string, directory: string): Promise<void>;
  registerWebsocket(endpoint: string, handlers: WebsocketHandlers): Promise<void>;
  /** Closes all clients of it. */
  unregisterWebsocket(endpoint: string): Promise<void>;
  /** Sends to every client of a web socket of this agent. */
  send(endpoint: string, message: string): Promise<void>;
  /** The claims of a token that came with a request: its user, and the user's groups. */
  getUserClaims(bearer: string): Promise<unknown>;
}

export interface WebContext {
  readonly session: Session;
  readonly rpc: Rpc;
  readonly dispatcher: RpcDispatcher;
  readonly peers: PeerList;
  readonly log: Logger;
}

/** What stands with the platform until it is taken back. */
interface Registration {
  readonly method: 'register_endpoint' | 'register_path_route' | 'register_websocket';
  readonly args: readonly [name: string, ...rest: string[]];
}

const CALL_MS = 10_000;
const FAREWELL_MS = 1000;

/** The agent's side of the web subsystem (reference/vip-zmq.md §2.18). */
export class WebClient implements Web {
  readonly #context: WebContext;
  readonly #handlers = new Map<string, WebHandler>();
  readonly #sockets = new Map<string, WebsocketHandlers>();
  readonly #standing = new Map<string, Registration>();
  #isExported = false;

  constructor(context: WebContext) {
    this.#context = context;
    const { session, peers } = context;
    session.onPhase((phase) => {
      if (phase === 'established') void this.#restore();
    });
    peers.onChange((change, peer) => {
      if (change === 'add' && peer === services.web) void this.#restore();
    });
  }

  async registerEndpoint(
    endpoint: string,
    handler: WebHandler,
    { type = 'jsonrpc' }: { readonly type?: 'jsonrpc' | 'raw' } = {},
  ): Promise<void> {
    await this.#hold(this.#handlers, endpoint, handler, { method: 'register_endpoint', args: [endpoint, type] });
  }

  async registerPath(prefix: string, directory: string): Promise<void> {
    await this.#register({ method: 'register_path_route', args: [prefix, directory] });
  }

  async registerWebsocket(endpoint: string, handlers: WebsocketHandlers): Promise<void> {
    await this.#hold(this.#sockets, endpoint, handlers, { method: 'register_websocket', args: [endpoint] });
  }

  async unregisterWebsocket(endpoint: string): Promise<void> {
    await this.#call('unregister_websocket', [endpoint]);
    this.#standing.delete(keyOf({ method: 'register_websocket', args: [endpoint] }));
    this.#sockets.delete(endpoint);
  }

  async send(endpoint: string, message: string): Promise<void> {
    await this.#call('websocket_send', [endpoint, message]);
  }

  getUserClaims(bearer: string): Promise<unknown> {
    return this.#call('get_user_claims', [bearer]);
  }

  /** Takes all back. Python's platforms keep the routes of agents that are gone. */
  async leave(): Promise<void> {
    if (this.#standing.size === 0 || this.#context.session.phase !== 'established') return;
    this.#standing.clear();
    await this.#context.rpc
      .call(services.web, 'unregister_all_agent_routes', [], { timeoutMs: FAREWELL_MS })
      .catch(() => undefined);
  }

  /** The handler is there before its first request, and again as before when the platform refuses. */
  async #hold<Held>(held: Map<string, Held>, name: string, value: Held, registration: Registration): Promise<void> {
    const before = held.get(name);
    held.set(name, value);
    try {
      await this.#register(registration);
    } catch (error) {
      if (before === undefined) held.delete(name);
      else held.set(name, before);
      throw error;
    }
  }

  async #register(registration: Registration): Promise<void> {
    this.#export();
    await this.#call(registration.method, registration.args);
    this.#standing.set(keyOf(registration), registration);
  }

  async #restore(): Promise<void> {
    for (const { method, args } of [...this.#standing.values()]) {
      try {
        await this.#call(method, args);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        this.#context.log.warn('what the agent serves on the web was not registered again', { path: args[0], reason });
      }
    }
  }

  #call(method: string, args: readonly unknown[]): Promise<unknown> {
    return this.#context.rpc.call(services.web, method, args, { timeoutMs: CALL_MS });
  }

  /** Agents that serve nothing on the web have none of these methods, as in VOLTTRON. */
  #export(): void {
    if (this.#isExported) return;
    this.#isExported = true;
    const endpoint = t.String({ title: 'endpoint' });
    const { dispatcher } = this.#context;
    dispatcher.export('route.callback', {
      requires: [],
      params: t.Tuple([t.Record(t.String(), t.String(), { title: 'env' }), t.Unknown({ title: 'data' })]),
      call: ([environment, data], caller) => {
        checkCaller(caller, 'route.callback');
        const env = environment as Record<string, string>;
        return this.#handlers.get(env['PATH_INFO'] ?? '')?.(env, data) ?? null;
      },
    });
    dispatcher.export('client.opened', {
      requires: [],
      params: t.Tuple([t.String({ title: 'fromip' }), endpoint]),
      call: async ([address, path], caller) => {
        checkCaller(caller, 'client.opened');
        const handlers = this.#sockets.get(String(path));
        if (handlers === undefined) return false;
        return (await handlers.opened?.(String(address), String(path))) ?? true;
      },
    });
    dispatcher.export('client.closed', {
      requires: [],
      params: t.Tuple([endpoint]),
      call: async ([path], caller) => {
        checkCaller(caller, 'client.closed');
        await this.#sockets.get(String(path))?.closed?.(String(path));
        return null;
      },
    });
    dispatcher.export('client.message', {
      requires: [],
      params: t.Tuple([endpoint, t.String({ title: 'message' })]),
      call: async ([path, message], caller) => {
        checkCaller(caller, 'client.message');
        await this.#sockets.get(String(path))?.received?.(String(path), String(message));
        return null;
      },
    });
  }
}

const keyOf = ({ method, args }: Registration): string => JSON.stringify([method, args[0]]);

/** Anybody else could make up who asks. */
function checkCaller({ peer }: Caller, method: string): void {
  if (peer === services.web) return;
  throw new UnauthorizedError(`${method} is for ${services.web}, not for "${peer}".`, { item: method, value: peer });
}
