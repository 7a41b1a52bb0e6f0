import { experimental, Server, ServerCredentials } from '@grpc/grpc-js';
import type { ServiceDefinition, UntypedHandleCall } from '@grpc/grpc-js';
import type { Clock, Logger } from '@volttron-ts/vip-core';
import type { ChannelOptions } from './channel-options.ts';
import { BindError } from './errors.ts';
import { implement } from './handlers.ts';
import type { Handler } from './handlers.ts';
import { WatchedMaterial } from './watched-material.ts';

export interface ServerOptions {
  readonly options: ChannelOptions;
  readonly service: ServiceDefinition;
  /** By the names of the methods. */
  readonly handlers: Readonly<Record<string, Handler>>;
  readonly clock: Pick<Clock, 'after'>;
  readonly log: Logger;
}

export interface RunningServer {
  /** HOST:PORT, with the port that was found where 0 was asked for. */
  readonly target: string;
  /** Uses changed files at once instead of soon. */
  reload(): Promise<void>;
  /** Lets calls that run end, for so many ms. */
  stop(graceMs?: number): Promise<void>;
}

const GRACE_MS = 5000;

/**
 * Serves a service on one target. On a secure channel a client needs a certificate of the root. Throws ChannelFileError
 * before anything is bound, BindError.
 */
export async function startServer({ options, service, handlers, clock, log }: ServerOptions): Promise<RunningServer> {
  const secured = options.use_secure_connection ? await WatchedMaterial.open({ options, clock, log }) : undefined;
  if (secured === undefined) {
    log.warn('the gRPC server is insecure: anybody may call it, and read and change what passes', {
      target: options.target,
      remedy: 'Set use_secure_connection to true.',
    });
  }
  const server = new Server(Object.fromEntries(options.options));
  const methods = Object.entries(handlers).map(([name, handler]) => [name, implement(name, handler, log)] as const);
  server.addService(service, Object.fromEntries<UntypedHandleCall>(methods));
  try {
    const credentials =
      secured === undefined
        ? ServerCredentials.createInsecure()
        : experimental.createCertificateProviderServerCredentials(secured, secured, true);
    const target = await bind(server, options.target, credentials);
    return { target, reload: async () => secured?.reload(), stop: (graceMs) => stop(server, secured, graceMs, clock) };
  } catch (error) {
    secured?.close();
    throw error;
  }
}

async function bind(server: Server, target: string, credentials: ServerCredentials): Promise<string> {
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(target, credentials, (error, bound) => {
      if (error === null) resolve(bound);
      else reject(new BindError(target, error.message, error));
    });
  });
  return target.replace(/:\d+$/, `:${port}`);
}

async function stop(
  server: Server,
  secured: WatchedMaterial | undefined,
  graceMs: number | undefined,
  clock: Pick<Clock, 'after'>,
): Promise<void> {
  secured?.close();
  await new Promise<void>((resolve) => {
    const cancel = clock.after(graceMs ?? GRACE_MS, () => {
      server.forceShutdown();
      resolve();
    });
    server.tryShutdown(() => {
      cancel();
      resolve();
    });
  });
}
