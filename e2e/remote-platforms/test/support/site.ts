import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineAgent, startAgent, t } from '@volttron-ts/agent';
import type { RemotePlatform, RunningAgent } from '@volttron-ts/agent';
import { KeyStore } from '@volttron-ts/auth';
import { freePort } from '@volttron-ts/bus-rmq/testing';
import { openLocalPlatform, systemClock } from '@volttron-ts/connect';
import { checker } from '@volttron-ts/vip-core';
import type { RemotePhase, RemotePlatformState } from '@volttron-ts/vip-core';
import { Instance, Operator } from '@volttron-ts/demo';

export type Bus = 'zmq' | 'rmq';

interface Status {
  readonly webAddress: string;
  readonly addresses: readonly string[];
  readonly serverKey: string;
  readonly grpcTarget?: string;
}

const PROGRAMS = fileURLToPath(new URL('../../../../node_modules/.bin', import.meta.url));
const asKeys = checker(
  t.Array(t.Object({ user_id: t.String(), identity: t.String(), credentials: t.Optional(t.String()) })),
);
const quiet = (): void => undefined;
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };

/** One platform of a test, on either bus. A RabbitMQ one keeps a broker of its own. */
export class Site {
  readonly instance: Instance;
  readonly bus: Bus;
  /** `https://HOST:PORT` of the web service. */
  webAddress = '';
  /** `tcp://…` for ZMQ, `amqps://…` for RabbitMQ. */
  busAddress = '';
  serverKey = '';
  /** HOST:PORT of the gRPC gateway, where it has one. */
  grpcTarget = '';
  #amqpPort = 0;

  constructor(root: string, name: string, bus: Bus) {
    this.instance = new Instance(root, name);
    this.bus = bus;
  }

  /** Writes its configuration; its ports stay over restarts. */
  async prepare(further: Readonly<Record<string, string>> = {}): Promise<void> {
    const [web, vip] = [await freePort(), await freePort()];
    await this.instance.prepare(
      {
        'instance-name': this.instance.name,
        'message-bus': this.bus,
        'bind-web-address': `https://localhost:${web}`,
        'vip-address': `tcp://127.0.0.1:${vip}`,
        ...further,
      },
      [],
    );
    if (this.bus === 'zmq') return;
    this.#amqpPort = await freePort();
    const ports = `amqp-port-ssl: ${this.#amqpPort}\nmgmt-port-ssl: ${await freePort()}\n`;
    await writeFile(join(this.instance.home, 'rabbitmq_config.yml'), `host: localhost\n${ports}`);
  }

  async start(): Promise<void> {
    const { webAddress, addresses, serverKey, grpcTarget = '' } = (await this.instance.startPlatform()) as Status;
    this.webAddress = webAddress;
    this.serverKey = serverKey;
    this.grpcTarget = grpcTarget;
    const vip = addresses.find((address) => address.startsWith('tcp:')) ?? '';
    this.busAddress = this.bus === 'zmq' ? vip : `amqps://localhost:${this.#amqpPort}/volttron`;
  }

  async stop(): Promise<void> {
    await this.instance.stop('volttron');
  }

  /** PEM of the root of its web service's certificate. */
  root(): Promise<string> {
    return readFile(join(this.instance.home, `certificates/certs/${this.instance.name}-root-ca.crt`), 'utf8');
  }

  /** Asks another platform once for a certificate of an agent of this one, and keeps what it gives. */
  async request(remote: Site, identity: string): Promise<void> {
    const root = join(remote.instance.home, `certificates/certs/${remote.instance.name}-root-ca.crt`);
    const kept = join(this.instance.home, 'certificates/remote_agents', identity);
    await this.run('vctl', 'certs', 'request', remote.webAddress, identity, '--root', root, '--folder', kept).catch(
      (error: unknown) => {
        // It says so by its exit code, too.
        if (!String(error).includes('waits for approval')) throw error;
      },
    );
  }

  /** The operator approves the request of that name, of a key or of a certificate. */
  async approve(name: string): Promise<void> {
    await this.#decide('approve_authorization', name);
  }

  async deny(name: string): Promise<void> {
    await this.#decide('deny_authorization', name);
  }

  async #decide(method: string, name: string): Promise<void> {
    const operator = await Operator.of(this.instance.home, log);
    try {
      // A key's request has an id of its own.
      const found = await Promise.all(
        ['pending', 'approved', 'denied'].map((status) =>
          operator.call('platform.auth', `get_${status}_authorizations`),
        ),
      );
      const keys = asKeys(found.flat(), 'the requests');
      const key = keys.find(({ identity, credentials }) => identity === name && credentials !== undefined);
      await operator.call('platform.auth', method, [key?.user_id ?? name]);
    } finally {
      await operator.close();
    }
  }

  /** The public key of an agent of this site. */
  async keyOf(identity: string): Promise<string> {
    return (await new KeyStore(this.instance.home).agent(identity)).publicKey;
  }

  /** Lets a key in as that user. */
  async allowKey(key: string, user: string): Promise<void> {
    await this.run('vctl', 'auth', 'add', '--credentials', key, '--user_id', user);
  }

  /** Runs one of our programs in its home; answers what it printed. */
  async run(...line: readonly string[]): Promise<string> {
    const [program = '', ...args] = line;
    const env = {
      ...process.env,
      VOLTTRON_HOME: this.instance.home,
      NODE_OPTIONS: '--conditions=@volttron-ts/source',
    };
    return new Promise((resolve, reject) => {
      execFile(join(PROGRAMS, program), args, { env }, (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else reject(new Error(`${line.join(' ')}: ${stdout}${stderr}`));
      });
    });
  }
}

/** An agent of one site, in this process. */
export class SiteAgent {
  readonly agent: RunningAgent;

  private constructor(agent: RunningAgent) {
    this.agent = agent;
  }

  static async start({ instance: { home } }: Site, identity: string): Promise<SiteAgent> {
    const { bus, remotes } = await openLocalPlatform({ home, identity, environment: {}, clock: systemClock });
    const waits = async ({ signal }: { signal: AbortSignal }): Promise<void> => {
      await new Promise((resolve) => {
        signal.addEventListener('abort', resolve, { once: true });
      });
    };
    const definition = defineAgent({ name: identity, config: t.Object({}), run: waits });
    return new SiteAgent(startAgent(definition, { bus, remotes, log, clock: systemClock }));
  }

  connect(address: string, options: { serverkey?: string; rootCertificate?: string }): Connected {
    return new Connected(this.agent.vip.auth.connectRemotePlatform(address, options));
  }

  async stop(): Promise<void> {
    await this.agent.stop();
  }
}

/** A connection to another platform and the states it went through. */
export class Connected {
  readonly remote: RemotePlatform;
  readonly states: RemotePlatformState[] = [];
  readonly #waiting = new Set<() => void>();

  constructor(remote: RemotePlatform) {
    this.remote = remote;
    remote.onState((state) => {
      this.states.push(state);
      for (const check of [...this.#waiting]) check();
    });
  }

  /** The first state of that phase after so many states. */
  async phase(phase: RemotePhase, after = 0): Promise<RemotePlatformState> {
    return this.#state((state) => state.phase === phase, after);
  }

  /** The first state with a reason of that code. */
  async reason(code: string): Promise<RemotePlatformState> {
    return this.#state(({ reason }) => reason?.code === code, 0);
  }

  async #state(wanted: (state: RemotePlatformState) => boolean, after: number): Promise<RemotePlatformState> {
    return new Promise((resolve) => {
      const check = (): void => {
        const found = this.states.slice(after).find(wanted);
        if (found === undefined) return;
        this.#waiting.delete(check);
        resolve(found);
      };
      this.#waiting.add(check);
      check();
    });
  }
}
