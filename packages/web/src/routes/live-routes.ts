import type { ServerResponse } from 'node:http';
import type { FastifyRequest } from 'fastify';
import type { Logger } from '@volttron-ts/vip-core';
import type { LiveFeed } from '../contracts.ts';
import type { LiveStream, StreamClient, StreamEnd } from '../live-stream.ts';
import { securityHeaders } from '../security-headers.ts';
import type { WebRoute } from '../web-route.ts';

export interface LiveRoutesOptions {
  readonly live: LiveFeed;
  readonly stream: LiveStream;
  /** Whether the sender of a request that was let in may still watch. */
  readonly mayWatch: (request: FastifyRequest) => Promise<boolean>;
  readonly log: Logger;
}

/** `/api/live`: server-sent events of arriving points; `/api/live/latest`: the last point of each topic. */
export function liveRoutes({ live, stream, mayWatch, log }: LiveRoutesOptions): readonly WebRoute[] {
  return [
    { method: 'GET', url: '/api/live/latest', access: 'watcher', handle: () => live.latest() },
    {
      method: 'GET',
      url: '/api/live',
      access: 'watcher',
      handle: (request, reply) => {
        stream.reserve();
        reply.hijack();
        const ended = (reason: StreamEnd) => {
          log.info('live stream ended', { address: request.ip, reason });
        };
        const client = clientOf(reply.raw, () => mayWatch(request), ended);
        reply.raw.once('close', () => {
          stream.remove(client);
        });
        stream.add(client);
      },
    },
  ];
}

function clientOf(
  response: ServerResponse,
  allowed: () => Promise<boolean>,
  ended: (reason: StreamEnd) => void,
): StreamClient {
  response.on('error', () => undefined);
  response.writeHead(200, { ...securityHeaders, 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  return {
    get waiting() {
      return response.writableLength;
    },
    write: (text) => {
      response.write(text);
    },
    allowed,
    end: (reason) => {
      ended(reason);
      if (reason === 'slow') response.destroy();
      else response.end();
    },
  };
}
