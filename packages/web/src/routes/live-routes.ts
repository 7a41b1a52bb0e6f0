import type { FastifyReply, FastifyRequest } from 'fastify';
import type { LiveFeed } from '../contracts.ts';
import type { LiveStream, StreamClient } from '../live-stream.ts';
import { securityHeaders } from '../security-headers.ts';
import type { WebRoute } from '../web-route.ts';

/** `/api/live`: server-sent events of arriving points; `/api/live/latest`: the last point of each topic. */
export function liveRoutes(
  live: LiveFeed,
  stream: LiveStream,
  mayWatch: (request: FastifyRequest) => Promise<boolean>,
): readonly WebRoute[] {
  return [
    { method: 'GET', url: '/api/live/latest', access: 'watcher', handle: () => live.latest() },
    {
      method: 'GET',
      url: '/api/live',
      access: 'watcher',
      handle: (request, reply) => {
        stream.reserve();
        open(stream, request, reply, () => mayWatch(request));
      },
    },
  ];
}

function open(stream: LiveStream, request: FastifyRequest, reply: FastifyReply, allowed: () => Promise<boolean>): void {
  reply.hijack();
  const response = reply.raw;
  const client: StreamClient = {
    get waiting() {
      return response.writableLength;
    },
    write: (text) => {
      response.write(text);
    },
    allowed,
    end: (reason) => {
      if (reason === 'slow') request.socket.destroy();
      else response.end();
    },
  };
  response.on('error', () => undefined);
  response.once('close', () => {
    stream.remove(client);
  });
  response.writeHead(200, { ...securityHeaders, 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  stream.add(client);
}
