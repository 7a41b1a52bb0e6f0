import type { FastifyReply } from 'fastify';

/** JSON under the media type as VOLTTRON writes it, without a charset. */
export function sendJson(reply: FastifyReply, value: unknown): FastifyReply {
  return reply.header('content-type', 'application/json').send(Buffer.from(JSON.stringify(value)));
}
