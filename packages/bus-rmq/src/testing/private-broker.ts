import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { accessSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createRootCertificate, generateKeyPair, issueCertificate, writePrivateKey } from '@volttron-ts/pki';
import type { Authority } from '@volttron-ts/pki';
import type { AmqpTls } from '../amqp-link.ts';

const PROGRAMS = '/usr/lib/rabbitmq/lib/rabbitmq_server-3.10.8/sbin';
const SERVER = join(PROGRAMS, 'rabbitmq-server');
const run = promisify(execFile);
const TWO_DAYS_MS = 2 * 86_400_000;
const clock = { now: () => Date.now() };

/** A user of the broker, named by the common name of its certificate. */
export interface BrokerUser {
  readonly name: string;
  /** Expressions of keys on the exchange `volttron`; every key without them. */
  readonly topics?: { readonly write: string; readonly read: string };
}

/** A RabbitMQ of one suite: TLS with EXTERNAL only, with VOLTTRON's exchanges in the virtual host `volttron`. */
export class PrivateBroker implements AsyncDisposable {
  readonly port: number;
  readonly #folder: string;
  readonly #authority: Authority;
  readonly #environment: Readonly<Record<string, string>>;
  #process: ChildProcess | undefined;

  private constructor(port: number, folder: string, authority: Authority, environment: Record<string, string>) {
    this.port = port;
    this.#folder = folder;
    this.#authority = authority;
    this.#environment = environment;
  }

  static async start(users: readonly BrokerUser[]): Promise<PrivateBroker> {
    try {
      accessSync(SERVER);
    } catch {
      throw new Error(`${SERVER} is missing: apt-get install rabbitmq-server`);
    }
    const folder = mkdtempSync(join(tmpdir(), 'bus-rmq-'));
    const authority = await makeAuthority();
    const [port, distribution, epmd] = [await freePort(), await freePort(), await freePort()];
    const broker = new PrivateBroker(port, folder, authority, environmentOf(folder, distribution, epmd));
    await broker.#write(users);
    await broker.up();
    return broker;
  }

  async #write(users: readonly BrokerUser[]): Promise<void> {
    const server = await this.tls('localhost', 'server');
    const file = (name: string, text: string): string => {
      const path = join(this.#folder, name);
      writeFileSync(path, text, { mode: 0o600 });
      return path;
    };
    const definitions = file('definitions.json', JSON.stringify(definitionsOf(users)));
    file('plugins', '[rabbitmq_auth_mechanism_ssl].\n');
    const settings = {
      'listeners.tcp': 'none',
      'listeners.ssl.default': `127.0.0.1:${this.port}`,
      'ssl_options.cacertfile': file('ca.pem', server.ca),
      'ssl_options.certfile': file('server.pem', server.cert),
      'ssl_options.keyfile': file('server.key', server.key),
      'ssl_options.verify': 'verify_peer',
      'ssl_options.fail_if_no_peer_cert': 'true',
      ssl_cert_login_from: 'common_name',
      'auth_mechanisms.1': 'EXTERNAL',
      load_definitions: definitions,
    };
    file(
      'rabbitmq.conf',
      Object.entries(settings)
        .map(([key, value]) => `${key} = ${value}\n`)
        .join(''),
    );
  }

  /** Starts the process; settles when it takes connections. */
  async up(): Promise<void> {
    const child = spawn(SERVER, [], { env: this.#environment, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    this.#process = child;
    let said = '';
    await new Promise<void>((resolve, reject) => {
      child.stderr.on('data', (text: Buffer) => (said += text.toString()));
      child.stdout.on('data', (text: Buffer) => {
        said = (said + text.toString()).slice(-20_000);
        if (said.includes('Server startup complete')) resolve();
      });
      child.once('exit', (code) => {
        reject(new Error(`rabbitmq-server ended with ${code}: ${said.slice(-2000)}`));
      });
    });
  }

  /** Runs `rabbitmqctl` with these arguments. */
  async control(...args: readonly string[]): Promise<string> {
    const { stdout } = await run(join(PROGRAMS, 'rabbitmqctl'), ['-q', ...args], { env: this.#environment });
    return stdout;
  }

  /** Kills it as a failing machine would. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child?.pid === undefined || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    process.kill(-child.pid, signal);
    await ended;
  }

  /** Key pair and certificate by an authority of the same name that nobody knows. */
  async foreignTls(commonName: string): Promise<AmqpTls> {
    const stranger = new PrivateBroker(this.port, this.#folder, await makeAuthority(), this.#environment);
    return stranger.tls(commonName);
  }

  /** Key pair and certificate with that common name, by this broker's authority or a given one. */
  async tls(
    commonName: string,
    profile: 'client' | 'server' = 'client',
    validity: 'valid' | 'expired' = 'valid',
  ): Promise<AmqpTls> {
    const { publicKey, privateKey } = await generateKeyPair('P-256');
    const names = profile === 'server' ? { dnsNames: ['localhost'], ipAddresses: ['127.0.0.1'] } : {};
    const { pem } = issueCertificate({
      issuer: this.#authority,
      profile,
      publicKey,
      subject: { commonName },
      ...names,
      validity: { days: 1 },
      clock: validity === 'valid' ? clock : { now: () => Date.now() - TWO_DAYS_MS },
    });
    return {
      ca: this.#authority.certificate.pem,
      cert: pem,
      key: writePrivateKey(privateKey),
      servername: 'localhost',
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end('SIGKILL');
    await this.#endNames();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** epmd stays behind its broker, and ends only when it has noticed that the broker is gone. */
  async #endNames(): Promise<void> {
    for (let attempt = 0; attempt < 40; attempt++) {
      const { stdout } = await run('epmd', ['-kill'], { env: this.#environment }).catch(() => ({ stdout: 'refused' }));
      if (stdout.startsWith('Killed')) return;
      await setTimeout(50);
    }
  }
}

async function makeAuthority(): Promise<Authority> {
  const { privateKey } = await generateKeyPair('P-256');
  const [subject, validity] = [
    { commonName: 'central-root-ca' },
    { notBefore: new Date(Date.now() - 10 * TWO_DAYS_MS), notAfter: new Date(Date.now() + 10 * TWO_DAYS_MS) },
  ];
  return { certificate: createRootCertificate({ subject, privateKey, validity, clock }), privateKey };
}

function environmentOf(folder: string, distribution: number, epmd: number): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    LANG: 'C.UTF-8',
    RABBITMQ_NODENAME: 'bus-rmq@localhost',
    RABBITMQ_DIST_PORT: String(distribution),
    RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq.conf'),
    RABBITMQ_CONF_ENV_FILE: join(folder, 'none.conf'),
    RABBITMQ_ADVANCED_CONFIG_FILE: join(folder, 'none.config'),
    RABBITMQ_MNESIA_BASE: join(folder, 'mnesia'),
    RABBITMQ_LOG_BASE: join(folder, 'log'),
    RABBITMQ_LOGS: '-',
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'plugins'),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
    ERL_EPMD_PORT: String(epmd),
    ERL_EPMD_ADDRESS: '127.0.0.1',
  };
}

function definitionsOf(users: readonly BrokerUser[]): object {
  const vhost = 'volttron';
  const exchange = { vhost, durable: true, auto_delete: false, internal: false };
  return {
    vhosts: [{ name: vhost }],
    users: users.map(({ name }) => ({ name, password_hash: '', tags: '' })),
    permissions: users.map(({ name: user }) => ({ user, vhost, configure: '.*', write: '.*', read: '.*' })),
    topic_permissions: users.flatMap(({ name: user, topics }) =>
      topics === undefined ? [] : [{ user, vhost, exchange: 'volttron', ...topics }],
    ),
    exchanges: [
      { ...exchange, name: 'undeliverable', type: 'fanout', arguments: {} },
      { ...exchange, name: 'volttron', type: 'topic', arguments: { 'alternate-exchange': 'undeliverable' } },
    ],
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
