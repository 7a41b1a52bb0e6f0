import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { VipError } from '@volttron-ts/vip-core';
import { problemHeaders, problemOf } from './problem.ts';
import { securityHeaders } from './security-headers.ts';

/** Answers a problem document on a connection that is not HTTP's, or not HTTP's any more; then it ends. */
export function refuseRaw(socket: Duplex, error: VipError): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const problem = problemOf(error);
  const body = JSON.stringify(problem);
  const headers = {
    ...securityHeaders,
    ...problemHeaders(error),
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? 'Error'}\r\n`;
  socket.end(`${head}${lines.join('')}\r\n${body}`, () => socket.destroy());
}
