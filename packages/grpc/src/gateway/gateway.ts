import type { RpcArguments } from '@volttron-ts/agent';
import type { ChannelOptions } from '../channel-options.ts';
import { CallError } from '../errors.ts';
import { asCallError } from '../handlers.ts';
import type { Handler } from '../handlers.ts';
import { startServer } from '../server.ts';
import type { RunningServer } from '../server.ts';
import { loadService } from '../service-definition.ts';
import { publishAll } from './publish-all.ts';
import type { Publications } from './publish-all.ts';
import { Sessions } from './sessions.ts';
import type { SessionsOptions } from './sessions.ts';

export interface GatewayOptions extends SessionsOptions {
  /** A secure channel: who calls is who its certificate says. */
  readonly options: ChannelOptions;
}

export interface RunningGateway extends RunningServer {
  /** Looks whether a user is still let in; its calls end when it is not. */
  check(user: string): Promise<void>;
}

const HISTORIAN = 'platform.historian';

/** Serves `volttron.Vip` (proto/vip.proto). Throws ChannelFileError, BindError; CallError for an insecure channel. */
export async function startGateway(gateway: GatewayOptions): Promise<RunningGateway> {
  const { options, clock, log } = gateway;
  if (!options.use_secure_connection) {
    throw new CallError('FAILED_PRECONDITION', 'The gateway needs use_secure_connection: a caller is its certificate.');
  }
  const sessions = new Sessions(gateway);
  const service = loadService('vip.proto', 'volttron.Vip');
  const server = await startServer({ options, service, handlers: handlersOf(sessions), clock, log });
  return {
    ...server,
    check: (user) => sessions.check(user),
    stop: async (graceMs) => {
      await sessions.close();
      await server.stop(graceMs);
    },
  };
}

function handlersOf(sessions: Sessions): Record<string, Handler> {
  return {
    Publish: {
      duplex: async function* (requests, peer, signal) {
        using work = await sessions.enter(peer);
        const ending = AbortSignal.any([signal, work.signal]);
        yield* publishAll(work.vip, requests as AsyncIterable<Publications>, ending);
        refuseEnded(work.signal);
      },
    },
    Subscribe: {
      stream: async function* (request, peer, signal) {
        using work = await sessions.enter(peer);
        const { prefix, all_platforms: allPlatforms } = request as { prefix: string; all_platforms: boolean };
        const ending = AbortSignal.any([signal, work.signal]);
        try {
          for await (const reading of work.vip.pubsub.subscribe(prefix, { signal: ending, allPlatforms })) {
            const { topic, sender, json: message } = reading;
            yield { topic, sender, message, headers: JSON.stringify(reading.headers) };
          }
        } catch (error) {
          throw asCallError(error);
        }
        refuseEnded(work.signal);
      },
    },
    Call: async (request, peer) => {
      using work = await sessions.enter(peer);
      const {
        peer: recipient,
        method,
        args,
        kwargs,
      } = request as Record<'peer' | 'method' | 'args' | 'kwargs', string>;
      return await call(
        work.vip,
        recipient,
        method,
        [jsonOf('args', args, []), jsonOf('kwargs', kwargs, {})],
        work.signal,
      );
    },
    Query: async (request, peer) => {
      using work = await sessions.enter(peer);
      const { topics, ...rest } = request as { readonly topics: readonly string[] };
      // What is left out has the default of its kind.
      const given = Object.entries(rest).filter(([, value]) => value !== '' && value !== 0);
      const kwargs = { topic: topics, ...Object.fromEntries(given) };
      return await call(work.vip, HISTORIAN, 'query', [[], kwargs], work.signal);
    },
  };
}

type Arguments = readonly [args: unknown, kwargs: unknown];

async function call(
  vip: Parameters<typeof publishAll>[0],
  peer: string,
  method: string,
  [args, kwargs]: Arguments,
  signal: AbortSignal,
): Promise<object> {
  try {
    const options = { kwargs: kwargs as Readonly<Record<string, unknown>>, signal };
    return { result: JSON.stringify((await vip.rpc.call(peer, method, args as RpcArguments, options)) ?? null) };
  } catch (error) {
    throw asCallError(error);
  }
}

function refuseEnded(signal: AbortSignal): void {
  if (signal.aborted) throw new CallError('PERMISSION_DENIED', 'This certificate is no longer let in.');
}

function jsonOf(what: 'args' | 'kwargs', text: string, absent: unknown): unknown {
  if (text === '') return absent;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new CallError('INVALID_ARGUMENT', `${what} is no JSON.`);
  }
  const isRight = what === 'args' ? Array.isArray(value) : typeof value === 'object' && !Array.isArray(value);
  if (!isRight || value === null) {
    throw new CallError('INVALID_ARGUMENT', `${what} is no JSON ${what === 'args' ? 'array' : 'object'}.`);
  }
  return value;
}
