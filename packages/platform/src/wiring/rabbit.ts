import { readFile } from 'node:fs/promises';
import { randomBytes, X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { CertificateDirectory } from '@volttron-ts/auth';
import type { AmqpTarget } from '@volttron-ts/bus-rmq';
import type * as Broker from '@volttron-ts/bus-rmq/broker';
import { FileUnreadableError, writeFileAtomic } from '@volttron-ts/storage';
import type { Clock, Logger } from '@volttron-ts/vip-core';
import { RabbitNotSetUpError } from '../errors.ts';
import { ensureCertificate } from '../own-certificates.ts';
import type { OwnCertificate } from '../own-certificates.ts';
import type { Parts } from './parts.ts';

export interface RabbitOptions {
  readonly home: string;
  readonly instance: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly parts: Parts;
}

/** The broker of a platform whose bus is RabbitMQ. */
export interface Rabbit {
  /** How the router connects. */
  readonly target: AmqpTarget;
  /** `amqps://HOST:PORT/VIRTUAL-HOST`, as discovery publishes it. */
  readonly address: string;
  /** PEM of the root that certificates on this bus come from. */
  readonly root: string;
  /** Makes an agent of another platform a user. */
  admit(name: string): Promise<void>;
  /** Makes an agent of this platform a user, with a certificate in the home. */
  readonly admitOwn: (identity: string) => Promise<void>;
  /** Ends it, and takes the certificate out of the home. */
  readonly dismissOwn: (identity: string) => Promise<void>;
  /** Ends a user and its connections. */
  withdraw(name: string): Promise<void>;
}

const FILE = 'rabbitmq_config.yml';
/** What Python's set-up gives every broker: known to everybody. */
const PYTHONS_PASSWORD = 'default_passwd';
const LOOPBACK = '127.0.0.1';

type Library = typeof Broker;

interface Material {
  readonly root: string;
  readonly server: OwnCertificate;
  readonly admin: OwnCertificate;
  readonly router: OwnCertificate;
}

/**
 * Starts the broker when it is the platform's own, and sees to what the router needs on it. Throws RabbitNotSetUpError,
 * InvalidValueError for the file, BrokerMissingError, BrokerStartError, ManagementError, UnreachableError.
 */
export async function openRabbit(options: RabbitOptions): Promise<Rabbit> {
  const { home, instance, parts } = options;
  const library = await import('@volttron-ts/bus-rmq/broker');
  const { BrokerUsers, ensureTopology, ManagementClient, rightsOf, routerRights } = library;
  const config = await readConfig(library, home, instance);
  const material = await ensureMaterial(options, config);
  const host = config.isService ? config.host : LOOPBACK;
  if (!config.isService) await startBroker(library, options, config, material);
  const tls = { ca: material.root, servername: config.host };
  const management = new ManagementClient({
    ...{ host, port: config.managementPort, user: config.user, password: config.password },
    tls: { ...tls, cert: material.admin.certificate, key: material.admin.privateKey },
  });
  parts.add("the broker's management", () => {
    management.close();
    return Promise.resolve();
  });
  await ensureTopology(management, config.virtualHost, config.user);
  const users = new BrokerUsers(management, config.virtualHost);
  await users.grant(`${instance}.router`, routerRights);
  return {
    target: {
      brokers: [{ host, port: config.amqpPort }],
      virtualHost: config.virtualHost,
      tls: { ...tls, cert: material.router.certificate, key: material.router.privateKey },
    },
    address: `amqps://${config.host}:${config.amqpPort}/${encodeURIComponent(config.virtualHost)}`,
    root: material.root,
    admit: (name) => users.grant(name, rightsOf({ instance, user: name })),
    admitOwn: async (identity) => {
      const user = `${instance}.${identity}`;
      await certificateOf(options, user);
      await users.grant(user, library.localRightsOf({ instance, user }));
    },
    dismissOwn: async (identity) => {
      await users.withdraw(`${instance}.${identity}`);
      await new CertificateDirectory(home).remove(`${instance}.${identity}`);
    },
    withdraw: (name) => users.withdraw(name),
  };
}

type Config = Broker.RabbitConfig & { readonly user: string; readonly password: string };

/** A broker of our own gets a password of its own: it stands in the file, which its owner alone may read. */
async function readConfig(
  { readRabbitConfig, writeRabbitConfig }: Library,
  home: string,
  instance: string,
): Promise<Config> {
  const path = join(home, FILE);
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new RabbitNotSetUpError(path);
    throw new FileUnreadableError(path, error);
  });
  const config = readRabbitConfig(text);
  const { user = `${instance}-admin`, password, isService } = config;
  const isGood = password !== undefined && (isService || password !== PYTHONS_PASSWORD);
  if (isGood) return { ...config, user, password };
  if (isService) throw new RabbitNotSetUpError(path, 'it has no pass');
  const made = { ...config, user, password: randomBytes(24).toString('base64url') };
  await writeFileAtomic(path, writeRabbitConfig(made, text), { mode: 0o600 });
  return made;
}

async function ensureMaterial(options: RabbitOptions, { host, user }: Config): Promise<Material> {
  const { instance } = options;
  const server = await certificateOf(options, `${instance}-server`, [host, 'localhost', LOOPBACK]);
  const [admin, router] = [await certificateOf(options, user), await certificateOf(options, `${instance}.router`)];
  return { root: server.root, server, admin, router };
}

/** A certificate of the instance's own CA under that name; a server's bears its hosts. */
function certificateOf(
  { home, instance, clock }: RabbitOptions,
  name: string,
  hosts: readonly string[] = [],
): Promise<OwnCertificate> {
  return ensureCertificate({ directory: new CertificateDirectory(home), instance, name, hosts, clock });
}

async function startBroker(
  { BrokerProcess, passwordHash }: Library,
  { home, clock, log, parts }: RabbitOptions,
  config: Config,
  material: Material,
): Promise<void> {
  const { user, password, virtualHost: vhost, host } = config;
  const isLocal = host === 'localhost' || host === LOOPBACK;
  const broker = await BrokerProcess.start({
    folder: join(home, 'rabbitmq'),
    ...(isLocal ? { host: LOOPBACK } : {}),
    port: config.amqpPort,
    managementPort: config.managementPort,
    tls: { ca: material.root, cert: material.server.certificate, key: material.server.privateKey },
    nodeName: `${config.nodeName}@localhost`,
    ...(config.rmqHome === undefined ? {} : { home: config.rmqHome }),
    plugins: ['rabbitmq_federation', 'rabbitmq_shovel'],
    definitions: {
      vhosts: [{ name: vhost }],
      users: [{ name: user, password_hash: passwordHash(password), tags: 'administrator' }],
      permissions: [],
      exchanges: [],
    },
    clock,
    log,
  });
  parts.add('the broker', async () => broker.stop());
  log.info('the broker runs', {
    port: config.amqpPort,
    until: new X509Certificate(material.server.certificate).validTo,
  });
}
