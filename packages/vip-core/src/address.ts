import { InvalidValueError } from './errors.ts';
import { decodeKey, encodeKey } from './key.ts';

/** A VIP address: `scheme://endpoint[?name=value&…][#identity]` (reference/vip-zmq.md §4.1). */
export interface VipAddress {
  readonly scheme: 'tcp' | 'ipc' | 'inproc';
  /** `host:port`, a path, or `@name` for the abstract namespace. */
  readonly endpoint: string;
  /** Keys in their 43-character form. */
  readonly serverkey?: string;
  readonly publickey?: string;
  readonly secretkey?: string;
  /** The mechanism of a bound address. */
  readonly server?: 'NULL' | 'PLAIN' | 'CURVE';
  /** ZAP domain of a bound address. */
  readonly domain?: string;
  readonly ipv6?: boolean;
  /** The fragment: the routing id for this socket. */
  readonly identity?: string;
}

const OFF = new Set(['', '0', 'false', 'no', 'off']);
const SCHEMES = new Set(['tcp', 'ipc', 'inproc']);
const SECRETS = /((?:secretkey|password)=)[^&#]*/gi;
const HOST_AND_PORT = /^(\[[0-9a-fA-F:.%a-z]+\]|[^:[\]/]+):(\d{1,5}|\*)$/;

/** Reads an address; no scheme means tcp. Parameter names are case-insensitive, unknown ones are ignored. */
export function parseAddress(text: string): VipAddress {
  const shown = text.replace(SECRETS, '$1***');
  const bad = (why: string): InvalidValueError =>
    new InvalidValueError(
      'vip-address',
      shown,
      `"${shown}" is no VIP address: ${why}.`,
      'Write it as tcp://HOST:PORT or ipc://PATH.',
    );
  const [, name = 'tcp', rest = ''] = /^(?:([A-Za-z]+):\/\/)?(.*)$/s.exec(text.trim()) ?? [];
  const scheme = name.toLowerCase();
  if (!SCHEMES.has(scheme)) throw bad(`the scheme "${name}" is none of tcp, ipc, inproc`);
  const [beforeFragment = '', ...fragments] = rest.split('#');
  const [endpoint = '', ...queries] = beforeFragment.split('?');
  if (endpoint === '') throw bad('nothing stands after the scheme');
  if (scheme === 'tcp') checkHostAndPort(endpoint, bad);
  const identity = fragments.join('#');
  return {
    scheme: scheme as VipAddress['scheme'],
    endpoint,
    ...readParameters(queries.join('?'), bad),
    ...(identity === '' ? {} : { identity: decodePercent(identity, bad) }),
  };
}

function checkHostAndPort(endpoint: string, bad: (why: string) => InvalidValueError): void {
  const port = HOST_AND_PORT.exec(endpoint)?.[2];
  if (port === undefined) throw bad('a tcp address needs a host and a port');
  if (port !== '*' && Number(port) > 65_535) throw bad(`there is no port ${port}`);
}

type Parameters = Partial<Omit<VipAddress, 'scheme' | 'endpoint' | 'identity'>>;

function readParameters(query: string, bad: (why: string) => InvalidValueError): Parameters {
  const found = new Map<string, string>();
  for (const pair of query.split('&')) {
    const [name = '', ...value] = pair.split('=');
    if (name !== '') found.set(name.toLowerCase(), decodePercent(value.join('=').replaceAll('+', ' '), bad));
  }
  const parameters: { -readonly [name in keyof Parameters]: Parameters[name] } = {};
  for (const name of ['serverkey', 'publickey', 'secretkey'] as const) {
    const key = found.get(name);
    if (key !== undefined) parameters[name] = encodeKey(decodeKey(key));
  }
  const server = found.get('server');
  if (server !== undefined) parameters.server = readMechanism(server, bad);
  const domain = found.get('domain');
  if (domain !== undefined) parameters.domain = domain;
  const ipv6 = found.get('ipv6');
  if (ipv6 !== undefined) parameters.ipv6 = !OFF.has(ipv6.toLowerCase());
  return parameters;
}

function decodePercent(text: string, bad: (why: string) => InvalidValueError): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw bad('a percent sign in it is not followed by the hex digits of UTF-8');
  }
}

function readMechanism(text: string, bad: (why: string) => InvalidValueError): 'NULL' | 'PLAIN' | 'CURVE' {
  const name = text.toUpperCase();
  if (name === 'NULL' || name === 'PLAIN' || name === 'CURVE') return name;
  throw bad(`server=${text} is none of NULL, PLAIN, CURVE`);
}

/** The address without its parameters: `tcp://host:port`. */
export function endpointOf(address: VipAddress): string {
  return `${address.scheme}://${address.endpoint}`;
}

/** The key under which `known_hosts` holds an address: `host:port`, a path, or `@` for every abstract ipc address. */
export function knownHostsName(address: VipAddress): string {
  return address.endpoint.startsWith('@') ? '@' : address.endpoint;
}
