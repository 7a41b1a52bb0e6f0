import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { VipError } from '@volttron-ts/vip-core';
import type { Clock, Logger } from '@volttron-ts/vip-core';
import type { AgentRoutes, AgentSockets } from '../agent-routes.ts';
import {
  BadRequestError,
  ForeignOriginError,
  NotFoundError,
  SocketRefusedError,
  TooManySocketsError,
} from '../errors.ts';
import { refuseRaw } from '../raw-refusal.ts';
import { foreignOrigin } from '../request-origin.ts';
import { failureOf } from './agent-door.ts';
import { ConnectedSocket, MESSAGE_LIMIT } from './connected-socket.ts';

/** Clients at once, those included on whom an agent decides. */
const MOST_SOCKETS = 256;
/** Each client is asked for a sign of life, and gone when it gave none until the next time, ms. */
const PING_MS = 30_000;

export interface SocketDoorOptions {
  readonly agents: AgentRoutes;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Lets web sockets in to agents, when the agent says so. */
export class SocketDoor {
  readonly #options: SocketDoorOptions;
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: MESSAGE_LIMIT, perMessageDeflate: false });
  readonly #clients = new Set<ConnectedSocket>();
  #deciding = 0;
  #cancelPing: (() => void) | undefined;

  constructor(options: SocketDoorOptions) {
    this.#options = options;
  }

  /** A request for a web socket. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => undefined);
    this.#admit(request, socket, head).catch((error: unknown) => {
      const refusal =
        error instanceof VipError ? error : new BadRequestError('The web socket cannot be opened.', error);
      refuseRaw(socket, refusal);
    });
  }

  close(): void {
    for (const client of [...this.#clients]) client.end('the platform stops');
    this.#cancelPing?.();
  }

  async #admit(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const endpoint = this.#endpointOf(request);
    const address = (request.socket.remoteAddress ?? '').replace(/^::ffff:/i, '');
    if (this.#clients.size + this.#deciding >= MOST_SOCKETS) throw new TooManySocketsError(MOST_SOCKETS);
    this.#deciding++;
    try {
      await this.#decided(endpoint, address);
    } finally {
      this.#deciding--;
    }
    const before = this.#clients.size;
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      this.#opened(webSocket, endpoint, address);
    });
    // Synchronous: a client that has left meanwhile, or whose request is none, was let in for nothing.
    if (this.#clients.size === before) endpoint.left(undefined);
  }

  /** Throws BadRequestError, ForeignOriginError, NotFoundError. */
  #endpointOf({ headers, url = '' }: IncomingMessage): AgentSockets {
    const foreign = foreignOrigin(headers);
    if (foreign !== undefined) throw new ForeignOriginError(foreign);
    const path = decodedPath(url);
    const endpoint = this.#options.agents.sockets(path);
    if (endpoint === undefined) throw new NotFoundError(path.slice(0, 200));
    return endpoint;
  }

  async #decided(endpoint: AgentSockets, address: string): Promise<void> {
    const { log } = this.#options;
    const accepted = await endpoint.opened(address).catch((error: unknown) => {
      throw failureOf(endpoint.agent, error, log);
    });
    if (!accepted) throw new SocketRefusedError(endpoint.agent);
  }

  #opened(webSocket: WebSocket, endpoint: AgentSockets, address: string): void {
    const { log } = this.#options;
    const client: ConnectedSocket = new ConnectedSocket({ webSocket, endpoint, address, log }, () => {
      this.#clients.delete(client);
      endpoint.left(client);
    });
    this.#clients.add(client);
    if (!endpoint.join(client)) client.close('the agent has left');
    this.#cancelPing ??= this.#options.clock.after(PING_MS, this.#ping);
  }

  readonly #ping = (): void => {
    for (const client of [...this.#clients]) client.checkAlive();
    this.#cancelPing = this.#clients.size === 0 ? undefined : this.#options.clock.after(PING_MS, this.#ping);
  };
}

function decodedPath(url: string): string {
  try {
    return decodeURIComponent(url.split('?', 1)[0] ?? '');
  } catch (error) {
    throw new BadRequestError('The path has a broken escape.', error);
  }
}
