import { isIPv6 } from 'node:net';

import { EndpointError } from './errors.ts';

/** `host` is `*` for all IPv4 interfaces; port 0 lets the system choose one. */
export interface TcpEndpoint {
  readonly transport: 'tcp';
  readonly host: string;
  readonly port: number;
}

/** `path` is the file, or the name in the abstract namespace without its leading zero byte. */
export interface IpcEndpoint {
  readonly transport: 'ipc';
  readonly path: string;
  readonly abstract: boolean;
}

export type Endpoint = TcpEndpoint | IpcEndpoint;

/** `sun_path` of Linux has 108 bytes; one is the terminating or leading zero. */
const maxPathBytes = 107;

/** Reads `tcp://host:port`, `tcp://[::1]:port`, `tcp://*:port`, `ipc:///path` and `ipc://@name`; throws EndpointError. */
export function parseEndpoint(text: string): Endpoint {
  if (text.startsWith('tcp://')) return parseTcp(text);
  if (text.startsWith('ipc://')) return parseIpc(text);
  throw new EndpointError(text, 'it is neither tcp:// nor ipc://');
}

function parseTcp(text: string): TcpEndpoint {
  const match = /^tcp:\/\/(?:\[([^\]]*)\]|([^\s:[\]/?#]+)):(\d{1,5}|\*)$/.exec(text);
  if (!match) throw new EndpointError(text, 'it is not of the form tcp://host:port');
  const [, ipv6, name = '', portText = ''] = match;
  if (ipv6 !== undefined && !isIPv6(ipv6)) throw new EndpointError(text, `"${ipv6}" is not an IPv6 address`);
  const port = portText === '*' ? 0 : Number(portText);
  if (port > 65_535) throw new EndpointError(text, `the port ${port} is above 65535`);
  return { transport: 'tcp', host: ipv6 ?? name, port };
}

function parseIpc(text: string): IpcEndpoint {
  const rest = text.slice('ipc://'.length);
  const abstract = rest.startsWith('@');
  const path = abstract ? rest.slice(1) : rest;
  if (path === '') throw new EndpointError(text, 'it names no path');
  if (path.includes('\0')) throw new EndpointError(text, 'its path holds a zero byte');
  if (Buffer.byteLength(path) > maxPathBytes) {
    throw new EndpointError(text, `its path is longer than ${maxPathBytes} bytes`);
  }
  return { transport: 'ipc', path, abstract };
}

/** The text that `parseEndpoint` reads as the same endpoint. */
export function formatEndpoint(endpoint: Endpoint): string {
  if (endpoint.transport === 'ipc') return `ipc://${endpoint.abstract ? '@' : ''}${endpoint.path}`;
  const host = isIPv6(endpoint.host) ? `[${endpoint.host}]` : endpoint.host;
  return `tcp://${host}:${endpoint.port}`;
}

/** The path as node:net takes it. */
export function socketPath(endpoint: IpcEndpoint): string {
  return endpoint.abstract ? `\0${endpoint.path}` : endpoint.path;
}
