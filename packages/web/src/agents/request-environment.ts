import type { IncomingHttpHeaders } from 'node:http';
import type { RequestEnvironment } from '../agent-routes.ts';
import { SESSION_COOKIE } from '../caller.ts';

/** What the environment is made of. */
export interface RequestFacts {
  readonly method: string;
  /** Decoded, without the query. */
  readonly path: string;
  readonly query: string;
  readonly httpVersion: string;
  readonly address: string;
  readonly serverName: string;
  readonly headers: IncomingHttpHeaders;
}

/**
 * The names that VOLTTRON forwards to agents, of those headers that were sent (reference/rmq-web-csr.md §3.2). Cookies of
 * this server's own sessions stay here: whoever has one may act as its user.
 */
export function requestEnvironment(facts: RequestFacts): RequestEnvironment {
  const { method, path, query, httpVersion, address, serverName, headers } = facts;
  const sent = {
    HTTP_USER_AGENT: headers['user-agent'],
    PATH_INFO: path,
    QUERY_STRING: query,
    REQUEST_METHOD: method,
    SERVER_PROTOCOL: `HTTP/${httpVersion}`,
    REMOTE_ADDR: address.replace(/^::ffff:/i, ''),
    HTTP_ACCEPT_ENCODING: textOf(headers['accept-encoding']),
    HTTP_COOKIE: foreignCookies(headers.cookie),
    CONTENT_TYPE: headers['content-type'],
    HTTP_AUTHORIZATION: headers.authorization,
    SERVER_NAME: serverName,
    'wsgi.url_scheme': 'https',
    HTTP_HOST: headers.host,
  };
  return Object.fromEntries(Object.entries(sent).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

const textOf = (header: string | string[] | undefined): string | undefined =>
  Array.isArray(header) ? header.join(', ') : header;

function foreignCookies(header: string | undefined): string | undefined {
  const kept = header
    ?.split(';')
    .map((cookie) => cookie.trim())
    .filter((cookie) => cookie !== '' && !cookie.startsWith(SESSION_COOKIE));
  return kept === undefined || kept.length === 0 ? undefined : kept.join('; ');
}
