import { createHash, randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';

/** PEM texts. */
export interface ServerTls {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** A broker that we write the configuration of. TLS with SASL EXTERNAL only: a user is the name in its certificate. */
export interface BrokerSettings {
  /** Everything of the broker is in here: configuration, data, logs. */
  readonly folder: string;
  /** What its listeners bind; every address without it. */
  readonly host?: string;
  readonly port: number;
  /** Of the management API over TLS; without it there is none. */
  readonly managementPort?: number;
  readonly tls: ServerTls;
  readonly nodeName: string;
  readonly plugins?: readonly string[];
  /** What is to be there at every start. */
  readonly definitions: BrokerDefinitions;
}

/** In the form of RabbitMQ's definitions file. */
export interface BrokerDefinitions {
  readonly vhosts: readonly { readonly name: string }[];
  readonly users: readonly { readonly name: string; readonly password_hash: string; readonly tags: string }[];
  readonly permissions: readonly object[];
  readonly topic_permissions?: readonly object[];
  readonly exchanges: readonly ({ readonly name: string } & Readonly<Record<string, unknown>>)[];
}

/** Writes what a broker reads at its start. */
export async function writeBrokerFiles(settings: BrokerSettings): Promise<void> {
  const { folder, tls, definitions, plugins = [] } = settings;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const write = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text, { mode: 0o600 });
  await write('ca.pem', tls.ca);
  await write('server.pem', tls.cert);
  await write('server.key', tls.key);
  await write('definitions.json', JSON.stringify(definitions));
  await write('rabbitmq.conf', configuration(settings));
  const management = settings.managementPort === undefined ? [] : ['rabbitmq_management'];
  await write('plugins', `[${['rabbitmq_auth_mechanism_ssl', ...management, ...plugins].join(',')}].\n`);
}

function configuration({ folder, host, port, managementPort }: BrokerSettings): string {
  const files = {
    cacertfile: join(folder, 'ca.pem'),
    certfile: join(folder, 'server.pem'),
    keyfile: join(folder, 'server.key'),
  };
  const peers = { verify: 'verify_peer', fail_if_no_peer_cert: 'true' };
  const under = (prefix: string, values: object): [string, string][] =>
    Object.entries(values).map(([key, value]) => [`${prefix}.${key}`, String(value)]);
  const lines: [string, string][] = [
    ['listeners.tcp', 'none'],
    ['listeners.ssl.default', host === undefined ? String(port) : `${host}:${port}`],
    ...under('ssl_options', { ...files, ...peers }),
    ['ssl_options.versions.1', 'tlsv1.3'],
    ['ssl_options.versions.2', 'tlsv1.2'],
    ['ssl_cert_login_from', 'common_name'],
    ['auth_mechanisms.1', 'EXTERNAL'],
    ['load_definitions', join(folder, 'definitions.json')],
  ];
  if (managementPort !== undefined) {
    lines.push(
      ...under('management.ssl', {
        ...(host === undefined ? {} : { ip: host }),
        port: managementPort,
        ...files,
        ...peers,
      }),
    );
  }
  return lines.map(([key, value]) => `${key} = ${value}\n`).join('');
}

/** Ports by which parts of one broker find each other, on loopback. */
export interface ErlangPorts {
  readonly distribution: number;
  readonly names: number;
}

/** Environment of the broker and of its tools: nothing of a broker that the system runs is touched. */
export function brokerEnvironment({ folder, nodeName }: BrokerSettings, ports: ErlangPorts): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    LANG: 'C.UTF-8',
    RABBITMQ_NODENAME: nodeName,
    RABBITMQ_DIST_PORT: String(ports.distribution),
    RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq.conf'),
    RABBITMQ_CONF_ENV_FILE: join(folder, 'none.conf'),
    RABBITMQ_ADVANCED_CONFIG_FILE: join(folder, 'none.config'),
    RABBITMQ_MNESIA_BASE: join(folder, 'mnesia'),
    RABBITMQ_LOG_BASE: join(folder, 'log'),
    RABBITMQ_LOGS: '-',
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'plugins'),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
    ERL_EPMD_PORT: String(ports.names),
    ERL_EPMD_ADDRESS: '127.0.0.1',
  };
}

/** Virtual host and exchanges as VOLTTRON sets them up (reference/rmq-web-csr.md §1.2). */
export function volttronDefinitions(vhost: string): Pick<BrokerDefinitions, 'vhosts' | 'exchanges'> {
  const exchange = { vhost, durable: true, auto_delete: false, internal: false };
  return {
    vhosts: [{ name: vhost }],
    exchanges: [
      { ...exchange, name: 'undeliverable', type: 'fanout', arguments: {} },
      { ...exchange, name: 'volttron', type: 'topic', arguments: { 'alternate-exchange': 'undeliverable' } },
    ],
  };
}

/** RabbitMQ's salted SHA-256 of a password. */
export function passwordHash(password: string): string {
  const salt = randomBytes(4);
  const digest = createHash('sha256').update(salt).update(password).digest();
  return Buffer.concat([salt, digest]).toString('base64');
}
