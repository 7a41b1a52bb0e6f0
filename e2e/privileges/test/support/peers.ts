import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineAgent, startAgent, t } from '@volttron-ts/agent';
import type { RunningAgent } from '@volttron-ts/agent';
import { generateKeyPair, KeyStore, readInstanceConfig } from '@volttron-ts/auth';
import type { AuthEntryInput, KeyPair } from '@volttron-ts/auth';
import { ZmqConnection } from '@volttron-ts/bus-zmq';
import { systemClock } from '@volttron-ts/connect';
import { Platform } from '@volttron-ts/platform';
import type { PlatformStatus } from '@volttron-ts/platform';
import { decodeKey, encodeMessage, encodeText, endpointOf, parseAddress, services } from '@volttron-ts/vip-core';
import type { Logger } from '@volttron-ts/vip-core';
import { DealerSocket } from '@volttron-ts/zmtp';

const nothing = (): void => undefined;
const silent: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };
const config = `[volttron]
instance-name = campus
vip-address = tcp://127.0.0.1:0
bind-web-address = https://127.0.0.1:0
`;

/** A platform in this process, and peers of every kind on its sockets. */
export class Site {
  readonly #home: string;
  readonly #platform: Platform;
  readonly #status: PlatformStatus;
  readonly #agents: RunningAgent[] = [];
  #admin!: RunningAgent;

  private constructor(home: string, { platform, status }: { platform: Platform; status: PlatformStatus }) {
    this.#home = home;
    this.#platform = platform;
    this.#status = status;
  }

  static async open(): Promise<Site> {
    const home = await mkdtemp(join(tmpdir(), 'privileges-'));
    await writeFile(join(home, 'config'), config);
    const { settings } = await readInstanceConfig({ home });
    const site = new Site(
      home,
      await Platform.start({ home, settings, clock: systemClock, log: () => silent, onEnd: nothing }),
    );
    const pair = await new KeyStore(home).agent(services.controlConnection);
    site.#admin = await site.#enter(services.controlConnection, pair);
    return site;
  }

  /** The operator's own connection. */
  get admin(): RunningAgent {
    return this.#admin;
  }

  get addresses(): readonly string[] {
    return this.#status.addresses;
  }

  auth(method: string, ...args: readonly unknown[]): Promise<unknown> {
    return this.#admin.vip.rpc.call(services.auth, method, args);
  }

  /** A peer by an entry that the operator makes. */
  async entered(identity: string, entry: AuthEntryInput): Promise<RunningAgent> {
    const pair = generateKeyPair();
    await this.auth('auth_file.add', { credentials: pair.publicKey, user_id: identity, identity, ...entry });
    return this.#enter(identity, pair);
  }

  /** A peer that came as a stranger and was approved. */
  async approved(identity: string): Promise<RunningAgent> {
    const pair = generateKeyPair();
    const knock = this.knock(identity, pair);
    await knock.outcome;
    await knock.close();
    await this.auth('approve_authorization', await this.requestOf(pair));
    return this.#enter(identity, pair);
  }

  /** The name of the request that a key left. */
  async requestOf({ publicKey }: KeyPair): Promise<string> {
    const waiting = (await this.auth('get_pending_authorizations')) as { user_id: string; credentials: string }[];
    const found = waiting.find(({ credentials }) => credentials === publicKey);
    if (found === undefined) throw new Error('this key does not wait');
    return found.user_id;
  }

  knock(identity: string, pair: KeyPair | undefined, address = this.addresses.at(-1)!): Knock {
    return new Knock(identity, address, pair && { ...pair, serverKey: this.#status.serverKey });
  }

  async #enter(identity: string, { publicKey, secret }: KeyPair): Promise<RunningAgent> {
    const keys = { publickey: publicKey, secretkey: secret.reveal(), serverkey: this.#status.serverKey };
    const bus = new ZmqConnection({
      identity,
      address: parseAddress(this.addresses.at(-1)!),
      keys,
      clock: systemClock,
    });
    const definition = defineAgent({ name: identity, config: t.Object({}) });
    const agent = startAgent(definition, { bus, clock: systemClock, log: silent, configStore: false });
    this.#agents.push(agent);
    await agent.vip.hello('');
    return agent;
  }

  async close(): Promise<void> {
    await Promise.all(this.#agents.map((agent) => agent.stop()));
    await this.#platform.stop();
    await rm(this.#home, { recursive: true, force: true });
  }
}

/** Someone at the door: a bare socket that calls as soon as it can. */
export class Knock {
  /** `300`, `400`, `closed` in the handshake, or `200`. */
  readonly outcome: Promise<string>;
  /** Messages that the platform sent. */
  readonly answers: unknown[] = [];
  readonly #socket: DealerSocket;

  constructor(identity: string, address: string, keys: (KeyPair & { readonly serverKey: string }) | undefined) {
    const { promise, resolve } = Promise.withResolvers<string>();
    this.outcome = promise;
    this.#socket = new DealerSocket({
      connected: () => {
        resolve('200');
      },
      message: (frames) => void this.answers.push(frames),
      refused: ({ status }) => {
        resolve(String(status));
      },
      failed: () => {
        resolve('closed');
      },
    });
    this.#socket.connect(endpointOf(parseAddress(address)), {
      identity,
      mechanism:
        keys === undefined
          ? { type: 'NULL' }
          : {
              type: 'CURVE',
              publicKey: decodeKey(keys.publicKey),
              secretKey: decodeKey(keys.secret.reveal()),
              serverKey: decodeKey(keys.serverKey),
            },
    });
  }

  call(service: string, method: string): string {
    const body = encodeText(JSON.stringify({ jsonrpc: '2.0', id: '1', method, params: [] }));
    return this.#socket.send(encodeMessage({ peer: service, id: '1', subsystem: 'RPC', args: [body] }));
  }

  async close(): Promise<void> {
    await this.#socket.close();
  }
}
