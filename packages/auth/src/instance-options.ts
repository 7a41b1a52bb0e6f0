import { checkIdentity, parseAddress, decodeKey, encodeKey } from '@volttron-ts/vip-core';

import { Secret } from './secret.ts';

/** How the text of a value becomes the value; throws with a clause that says what is wrong. */
type Reader<T> = (text: string) => T;

/** One key of the instance's configuration. */
export interface InstanceOption<T> {
  /** What people are told about it. */
  readonly about: string;
  readonly read: Reader<T>;
  /** A key that may stand alone means this. */
  readonly alone?: string;
  /** Never from flags or environment, which other users of the host can see. */
  readonly secret?: true;
  /** `~` and `$NAME` are expanded. */
  readonly expand?: true;
  /** May be given several times; the values make a list. */
  readonly repeatable?: true;
}

const TRUE = new Set(['true', 't', 'yes', 'y', 'on', '1']);
const FALSE = new Set(['false', 'f', 'no', 'n', 'off', '0', '']);

const text: Reader<string> = (value) => {
  if (value === '') throw new Error('it is empty');
  return value;
};

const truth: Reader<boolean> = (value) => {
  const word = value.toLowerCase();
  if (TRUE.has(word)) return true;
  if (FALSE.has(word)) return false;
  throw new Error(`"${value}" is neither true nor false`);
};

const whole: Reader<number> = (value) => {
  if (/^\d{1,9}$/.test(value)) return Number(value);
  throw new Error(`"${value}" is no whole number`);
};

const vipAddress: Reader<string> = (value) => {
  parseAddress(value);
  return value;
};

const url =
  (...schemes: string[]): Reader<string> =>
  (value) => {
    const scheme = URL.parse(value)?.protocol.slice(0, -1);
    if (scheme !== undefined && schemes.includes(scheme)) return value;
    throw new Error(`"${value}" is no address that begins with ${schemes.join('://, ')}://`);
  };

const key: Reader<string> = (value) => encodeKey(decodeKey(value));

const oneOf =
  <T extends string>(...words: T[]): Reader<T> =>
  (value) => {
    const word = words.find((candidate) => candidate === value);
    if (word === undefined) throw new Error(`"${value}" is none of ${words.join(', ')}`);
    return word;
  };

const identities: Reader<readonly string[]> = (value) =>
  value
    .split(/[\s,]+/)
    .filter(Boolean)
    .map(checkIdentity);

const hostAndPort: Reader<string> = (value) => {
  if (/^(\[[0-9A-Fa-f:.]+\]|[^\s:[\]]+):\d{1,5}$/.test(value)) return value;
  throw new Error('it is not HOST:PORT');
};

const names: Reader<readonly string[]> = (value) => {
  const list = value.split(/[\s,]+/).filter(Boolean);
  if (list.length === 0) throw new Error('it names nothing');
  return list;
};

/** Every key of `[volttron]` (reference/vip-zmq.md §4.3). */
export const instanceOptions = {
  'vip-address': { about: 'address to listen at for agents of other hosts', read: vipAddress, repeatable: true },
  'vip-local-address': { about: 'address to listen at for local agents', read: vipAddress, expand: true },
  'instance-name': { about: 'name of this instance among others', read: text },
  'message-bus': { about: 'the bus agents meet on', read: oneOf('zmq', 'rmq') },
  'bind-web-address': { about: 'address of the web service', read: url('https', 'http') },
  'web-ssl-cert': { about: 'certificate of the web service', read: text, expand: true },
  'web-ssl-key': { about: 'private key of the web service', read: text, expand: true },
  'web-ca-cert': { about: 'certificate of the authority that issued web-ssl-cert', read: text, expand: true },
  'enable-csr': {
    about: 'takes certificate requests of other instances, on a ZMQ bus too',
    read: truth,
    alone: 'true',
  },
  'certificate-plugins': {
    about: 'the CAs that serve them, the first that can: instance-ca, manual, acme, or an npm package',
    read: names,
  },
  'grpc-gateway-address': {
    about: 'HOST:PORT where programs with an approved certificate reach the bus by gRPC',
    read: hostAndPort,
  },
  'web-secret-key': {
    about: 'secret that signs web tokens',
    read: (value: string) => new Secret(text(value)),
    secret: true,
  },
  'volttron-central-address': {
    about: 'the platform to register at',
    read: url('tcp', 'http', 'https', 'amqp', 'amqps'),
  },
  'volttron-central-serverkey': { about: 'its server key', read: key },
  'volttron-central-rmq-address': { about: 'its broker', read: url('amqp', 'amqps') },
  'allow-auth': { about: 'whether peers must authenticate', read: truth },
  'setup-mode': { about: 'accepts every new key', read: truth, alone: 'true' },
  'agent-monitor-frequency': { about: 'seconds between looks for crashed agents', read: whole },
  'agent-isolation-mode': { about: 'one Unix user per agent', read: truth },
  'shared-agents': { about: 'identities of installed agents that share one process', read: identities },
  autostart: { about: 'starts the enabled agents', read: truth, alone: 'true' },
  log: { about: 'log file', read: text, expand: true },
  'log-config': { about: 'file that configures logging', read: text, expand: true },
  'log-level': { about: 'LOGGER:LEVEL', read: text, repeatable: true },
  verbose: { about: 'more log lines', read: truth, alone: 'true' },
  quiet: { about: 'fewer log lines', read: truth, alone: 'true' },
  verboseness: { about: 'level of log lines', read: text },
  monitor: { about: 'logs socket events', read: truth, alone: 'true' },
  msgdebug: { about: 'traces messages', read: truth, alone: 'true' },
  'show-config': {
    about: 'prints every key, its value and where that comes from, and ends',
    read: truth,
    alone: 'true',
  },
  'publish-address': { about: 'told to old agents only', read: vipAddress, expand: true },
  'subscribe-address': { about: 'told to old agents only', read: vipAddress, expand: true },
} as const satisfies Record<string, InstanceOption<unknown>>;

export type InstanceKey = keyof typeof instanceOptions;

type ValueOf<K extends InstanceKey> = ReturnType<(typeof instanceOptions)[K]['read']>;
type Given<K extends InstanceKey> = (typeof instanceOptions)[K] extends { repeatable: true }
  ? readonly ValueOf<K>[]
  : ValueOf<K> | undefined;

/** Keys that have a value whatever is written where. */
type Settled =
  | 'vip-local-address'
  | 'instance-name'
  | 'message-bus'
  | 'allow-auth'
  | 'setup-mode'
  | 'enable-csr'
  | 'certificate-plugins'
  | 'agent-monitor-frequency'
  | 'agent-isolation-mode'
  | 'shared-agents'
  | 'autostart'
  | 'verbose'
  | 'quiet'
  | 'monitor'
  | 'msgdebug'
  | 'show-config'
  | 'publish-address'
  | 'subscribe-address';

/** The typed value of every key. */
export type InstanceSettings = {
  readonly [K in InstanceKey]: K extends Settled ? NonNullable<Given<K>> : Given<K>;
};

export function isInstanceKey(text: string): text is InstanceKey {
  return Object.hasOwn(instanceOptions, text);
}
