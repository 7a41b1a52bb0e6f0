import { lstat, unlink } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';

import { formatEndpoint, parseEndpoint, socketPath } from './endpoint.ts';
import type { Endpoint, IpcEndpoint } from './endpoint.ts';
import { BindError } from './errors.ts';

/** As VOLTTRON sets TCP_KEEPIDLE. */
export const keepAliveDelayMs = 180_000;

export interface Listener {
  /** With the port that the system chose. */
  readonly endpoint: string;
  close(): void;
}

interface ListenerEvents {
  accepted(socket: Socket, endpoint: string): void;
  failed(endpoint: string, error: Error): void;
}

/** Listens on an endpoint; throws EndpointError or BindError. A file left by a dead process is replaced. */
export async function listen(text: string, events: ListenerEvents): Promise<Listener> {
  const endpoint = parseEndpoint(text);
  const server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: keepAliveDelayMs });
  try {
    await start(server, endpoint);
  } catch (error) {
    if (endpoint.transport !== 'ipc' || !(await isStale(endpoint, error))) throw new BindError(text, error);
    try {
      await unlink(endpoint.path);
      await start(server, endpoint);
    } catch (second) {
      throw new BindError(text, second);
    }
  }
  const resolved = formatEndpoint(resolve(server, endpoint));
  server.on('connection', (socket) => {
    events.accepted(socket, resolved);
  });
  server.on('error', (error) => {
    events.failed(resolved, error);
  });
  return { endpoint: resolved, close: () => server.close() };
}

function start(server: Server, endpoint: Endpoint): Promise<void> {
  return new Promise((done, failed) => {
    server.once('error', failed);
    const listening = (): void => {
      server.off('error', failed);
      done();
    };
    if (endpoint.transport === 'ipc') server.listen(socketPath(endpoint), listening);
    else server.listen(endpoint.port, endpoint.host === '*' ? '0.0.0.0' : endpoint.host, listening);
  });
}

/** Whether the file is a socket that nobody listens on; a connection to an ordinary file is refused just the same. */
async function isStale(endpoint: IpcEndpoint, error: unknown): Promise<boolean> {
  if (endpoint.abstract || (error as NodeJS.ErrnoException).code !== 'EADDRINUSE') return false;
  const isSocket = await lstat(endpoint.path).then(
    (found) => found.isSocket(),
    () => false,
  );
  if (!isSocket) return false;
  return new Promise((answer) => {
    const probe = connect(endpoint.path);
    probe.once('connect', () => {
      probe.destroy();
      answer(false);
    });
    probe.once('error', (cause: NodeJS.ErrnoException) => {
      answer(cause.code === 'ECONNREFUSED');
    });
  });
}

function resolve(server: Server, endpoint: Endpoint): Endpoint {
  const address = server.address();
  if (endpoint.transport === 'ipc' || address === null || typeof address === 'string') return endpoint;
  return { transport: 'tcp', host: endpoint.host === '*' ? address.address : endpoint.host, port: address.port };
}
