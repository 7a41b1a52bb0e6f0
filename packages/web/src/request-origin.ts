import type { IncomingHttpHeaders } from 'node:http';

/**
 * The foreign origin of a request that a browser sends for a page of another host; undefined for our own pages, and for
 * programs, which send neither header. Browsers send `Origin` with every request that may change something.
 */
export function foreignOrigin(headers: IncomingHttpHeaders): string | undefined {
  const { origin, host } = headers;
  if (origin !== undefined && (host === undefined || origin !== `https://${host}`)) return origin;
  const site = headers['sec-fetch-site'];
  return site === undefined || site === 'same-origin' ? undefined : `a ${site} page`;
}

/** Whether the request comes from this very machine. One that a proxy passed on does not count. */
export function isLocalRequest(remoteAddress: string | undefined, headers: IncomingHttpHeaders): boolean {
  if (headers.forwarded !== undefined || headers['x-forwarded-for'] !== undefined || headers.via !== undefined) {
    return false;
  }
  const address = remoteAddress?.replace(/^::ffff:/i, '') ?? '';
  return address === '::1' || /^127\.\d+\.\d+\.\d+$/.test(address);
}

/** Reads one cookie. */
export function cookieOf(header: string | undefined, name: string): string | undefined {
  const found = header?.split(';').find((part) => part.trimStart().startsWith(`${name}=`));
  return found?.slice(found.indexOf('=') + 1).trim();
}

/** The token of `Authorization: Bearer …`. */
export function bearerOf({ authorization }: IncomingHttpHeaders): string | undefined {
  return /^Bearer +([\w.~+/-]+=*) *$/i.exec(authorization ?? '')?.[1];
}

/** Whether a body of this media type is JSON. */
export function isJsonType(contentType: string | undefined): boolean {
  return /^application\/json\s*(;|$)/i.test(contentType ?? '');
}
