import { createServer } from 'node:http';
import type { Server } from 'node:http';

import { TOKEN } from './challenge-responder.ts';
import type { ChallengeResponder } from './challenge-responder.ts';

const PATH = '/.well-known/acme-challenge/';
const TIMEOUT = 10_000;
const MAX_CONNECTIONS = 100;

/**
 * Serves http-01 on a port. Every token is answered with the account's key authorization for it, so that a restart loses
 * none; only who has the account's key can make use of the answer.
 */
export async function serveChallenges(
  port: number,
  keyAuthorization: (token: string) => Promise<string>,
): Promise<ChallengeResponder> {
  const server = createServer({ headersTimeout: TIMEOUT, requestTimeout: TIMEOUT }, (request, response) => {
    const token = tokenIn(request.url ?? '');
    if (request.method !== 'GET' || token === undefined) response.writeHead(404).end();
    else {
      const headers = { 'content-type': 'application/octet-stream', 'x-content-type-options': 'nosniff' };
      keyAuthorization(token).then(
        (text) => response.writeHead(200, headers).end(text),
        () => response.writeHead(500).end(),
      );
    }
  });
  server.maxConnections = MAX_CONNECTIONS;
  await listen(server, port);
  return {
    type: 'http-01',
    present: () => Promise.resolve(),
    remove: () => Promise.resolve(),
    close: () => stop(server),
  };
}

function tokenIn(url: string): string | undefined {
  const token = url.startsWith(PATH) ? url.slice(PATH.length) : '';
  return TOKEN.test(token) ? token : undefined;
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });
}
