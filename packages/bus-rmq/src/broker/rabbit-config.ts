import { parseDocument, stringify } from 'yaml';
import { InvalidValueError } from '@volttron-ts/vip-core';

/** `rabbitmq_config.yml` of an instance (reference/rmq-web-csr.md §1.1): where its broker is, and who keeps it. */
export interface RabbitConfig {
  /** What other hosts call the broker, and what its certificate names. */
  readonly host: string;
  readonly amqpPort: number;
  readonly managementPort: number;
  readonly virtualHost: string;
  /** An administrator of the broker, who has a password for the management API; `<instance>-admin` in VOLTTRON. */
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** True: somebody else runs the broker; false: it is the platform's own. */
  readonly isService: boolean;
  /** The installation that the platform starts; the system's without it. */
  readonly rmqHome: string | undefined;
  readonly nodeName: string;
}

const FILE = 'rabbitmq_config.yml';
const truths: Readonly<Record<string, boolean>> = { true: true, false: false };

type Values = Readonly<Record<string, unknown>>;

/** Reads the text of the file. Keys that only Python's set-up uses are left alone. Throws InvalidValueError. */
export function readRabbitConfig(text: string): RabbitConfig {
  const values = parse(text);
  if (!truth(values, 'ssl', true)) {
    throw fault(
      'ssl',
      values['ssl'],
      'is not to be turned off',
      'Set it to "true": passwords and readings would go in the clear.',
    );
  }
  return {
    host: name(values, 'host') ?? 'localhost',
    amqpPort: port(values, 'amqp-port-ssl', 5671),
    managementPort: port(values, 'mgmt-port-ssl', 15_671),
    virtualHost: name(values, 'virtual-host') ?? 'volttron',
    user: name(values, 'user'),
    password: name(values, 'pass'),
    isService: truth(values, 'rabbitmq-service', false),
    rmqHome: name(values, 'rmq-home'),
    nodeName: name(values, 'node-name') ?? 'rabbit',
  };
}

/** The text of the file; keys of Python's that stood there before stay. Throws InvalidValueError for a text before. */
export function writeRabbitConfig(config: RabbitConfig, before = ''): string {
  const { host, amqpPort, managementPort, virtualHost, user, password, isService, rmqHome, nodeName } = config;
  const known = {
    host,
    ssl: 'true',
    'amqp-port-ssl': amqpPort,
    'mgmt-port-ssl': managementPort,
    'virtual-host': virtualHost,
    user,
    pass: password,
    'rabbitmq-service': isService,
    'rmq-home': rmqHome,
    'node-name': nodeName,
  };
  return stringify(
    Object.fromEntries(Object.entries({ ...parse(before), ...known }).filter(([, value]) => value !== undefined)),
  );
}

function parse(text: string): Values {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error !== undefined)
    throw fault(FILE, undefined, `is no YAML: ${error.message.split('\n')[0] ?? ''}`, 'Correct that line.');
  const values: unknown = document.toJS();
  if (values === null || values === undefined) return {};
  if (typeof values !== 'object' || Array.isArray(values))
    throw fault(FILE, values, 'holds no keys', 'Write KEY: VALUE lines.');
  return values as Values;
}

function name(values: Values, key: string): string | undefined {
  const value = values[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string' && value.trim() !== '') return value;
  if (typeof value === 'number') return String(value);
  throw fault(key, value, 'is no text', 'Write a name.');
}

function port(values: Values, key: string, otherwise: number): number {
  const value = values[key] ?? otherwise;
  const number = typeof value === 'string' ? Number(value) : value;
  if (typeof number === 'number' && Number.isInteger(number) && number > 0 && number < 65_536) return number;
  throw fault(key, value, 'is no port', 'Write a number from 1 to 65535.');
}

function truth(values: Values, key: string, otherwise: boolean): boolean {
  const value = values[key] ?? otherwise;
  const known = typeof value === 'string' ? truths[value.toLowerCase()] : value;
  if (typeof known === 'boolean') return known;
  throw fault(key, value, 'is neither true nor false', 'Write true or false.');
}

const fault = (key: string, value: unknown, why: string, remedy: string): InvalidValueError => {
  const shown = value === undefined ? '' : ` ${JSON.stringify(value).slice(0, 80)}`;
  return new InvalidValueError(key, value, `${FILE}: ${key}${shown} ${why}.`, remedy);
};
