import { rmSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRootCertificate, generateKeyPair, issueCertificate, writePrivateKey } from '@volttron-ts/pki';
import type { Authority } from '@volttron-ts/pki';
import type { Clock, Logger } from '@volttron-ts/vip-core';
import type { AmqpTls } from '../amqp-link.ts';
import { passwordHash, volttronDefinitions } from '../broker/broker-files.ts';
import type { BrokerDefinitions } from '../broker/broker-files.ts';
import { BrokerProcess } from '../broker/broker-process.ts';
import { freePort } from '../broker/free-port.ts';

const TWO_DAYS_MS = 2 * 86_400_000;
const VHOST = 'volttron';
const clock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (milliseconds, callback) => {
    const timer = setTimeout(callback, milliseconds);
    return () => {
      clearTimeout(timer);
    };
  },
};
const quiet = (): void => undefined;
const log: Logger = { debug: quiet, info: quiet, warn: quiet, error: quiet };

/** A user of the broker, named by the common name of its certificate. */
export interface BrokerUser {
  readonly name: string;
  /** Expressions of keys on the exchange `volttron`; every key without them. */
  readonly topics?: { readonly write: string; readonly read: string };
}

export interface PrivateBrokerOptions {
  /** Serves the management API to `admin` with this password. */
  readonly adminPassword?: string;
  readonly plugins?: readonly string[];
}

/** A RabbitMQ of one suite: TLS with EXTERNAL only, with VOLTTRON's exchanges in the virtual host `volttron`. */
export class PrivateBroker implements AsyncDisposable {
  readonly port: number;
  /** Of the management API; 0 without it. */
  readonly managementPort: number;
  readonly #folder: string;
  readonly #authority: Authority;
  readonly #process: BrokerProcess;

  private constructor(
    ports: { readonly port: number; readonly managementPort: number },
    folder: string,
    authority: Authority,
    process: BrokerProcess,
  ) {
    this.port = ports.port;
    this.managementPort = ports.managementPort;
    this.#folder = folder;
    this.#authority = authority;
    this.#process = process;
  }

  /** Throws BrokerMissingError, which says how to install it. */
  static async start(users: readonly BrokerUser[], options: PrivateBrokerOptions = {}): Promise<PrivateBroker> {
    const { adminPassword, plugins = [] } = options;
    const folder = mkdtempSync(join(tmpdir(), 'bus-rmq-'));
    const authority = await makeAuthority();
    const port = await freePort();
    const managementPort = adminPassword === undefined ? 0 : await freePort();
    const process = await BrokerProcess.start({
      ...{ folder, host: '127.0.0.1', port, plugins, clock, log },
      ...(managementPort === 0 ? {} : { managementPort }),
      tls: await issue(authority, 'localhost', 'server', 'valid'),
      nodeName: 'bus-rmq@localhost',
      definitions: definitionsOf(users, adminPassword),
    });
    return new PrivateBroker({ port, managementPort }, folder, authority, process);
  }

  /** Starts it after `kill`; settles when it takes connections. */
  async up(): Promise<void> {
    await this.#process.up();
  }

  /** Runs `rabbitmqctl` with these arguments. */
  async control(...args: readonly string[]): Promise<string> {
    return this.#process.control(...args);
  }

  /** Kills it as a failing machine would. */
  async kill(): Promise<void> {
    await this.#process.kill();
  }

  /** Key pair and certificate by an authority of the same name that nobody knows. */
  async foreignTls(commonName: string): Promise<AmqpTls> {
    return issue(await makeAuthority(), commonName, 'client', 'valid');
  }

  /** Key pair and certificate with that common name, by this broker's authority. */
  async tls(
    commonName: string,
    profile: 'client' | 'server' = 'client',
    validity: 'valid' | 'expired' = 'valid',
  ): Promise<AmqpTls> {
    return issue(this.#authority, commonName, profile, validity);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.kill();
    await this.#process.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Key pair and certificate of a server with that name, by an authority that nobody knows. */
export async function issueForTests(commonName: string): Promise<AmqpTls> {
  return issue(await makeAuthority(), commonName, 'server', 'valid');
}

async function makeAuthority(): Promise<Authority> {
  const { privateKey } = await generateKeyPair('P-256');
  const subject = { commonName: 'central-root-ca' };
  const now = Date.now();
  const validity = { notBefore: new Date(now - 10 * TWO_DAYS_MS), notAfter: new Date(now + 10 * TWO_DAYS_MS) };
  return { certificate: createRootCertificate({ subject, privateKey, validity, clock }), privateKey };
}

async function issue(
  issuer: Authority,
  commonName: string,
  profile: 'client' | 'server',
  validity: 'valid' | 'expired',
): Promise<AmqpTls> {
  const { publicKey, privateKey } = await generateKeyPair('P-256');
  const names = profile === 'server' ? { dnsNames: ['localhost'], ipAddresses: ['127.0.0.1'] } : {};
  const { pem } = issueCertificate({
    ...{ issuer, profile, publicKey, subject: { commonName } },
    ...names,
    validity: { days: 1 },
    clock: validity === 'valid' ? clock : { now: () => Date.now() - TWO_DAYS_MS },
  });
  return { ca: issuer.certificate.pem, cert: pem, key: writePrivateKey(privateKey), servername: 'localhost' };
}

function definitionsOf(users: readonly BrokerUser[], adminPassword: string | undefined): BrokerDefinitions {
  const all = { vhost: VHOST, configure: '.*', write: '.*', read: '.*' };
  const admin = { name: 'admin', password_hash: passwordHash(adminPassword ?? ''), tags: 'administrator' };
  return {
    ...volttronDefinitions(VHOST),
    users: [
      ...users.map(({ name }) => ({ name, password_hash: '', tags: '' })),
      ...(adminPassword === undefined ? [] : [admin]),
    ],
    permissions: users.map(({ name: user }) => ({ user, ...all })),
    topic_permissions: users.flatMap(({ name: user, topics }) =>
      topics === undefined ? [] : [{ user, vhost: VHOST, exchange: 'volttron', ...topics }],
    ),
  };
}
