import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineAgent, startAgent, t } from '@volttron-ts/agent';
import type { Channel, RunningAgent } from '@volttron-ts/agent';
import { agentEntry, KeyStore, readInstanceConfig } from '@volttron-ts/auth';
import type { Capabilities } from '@volttron-ts/auth';
import { ZmqConnection } from '@volttron-ts/bus-zmq';
import { systemClock } from '@volttron-ts/connect';
import { decodeText, encodeText, parseAddress, services } from '@volttron-ts/vip-core';
import type { Logger } from '@volttron-ts/vip-core';
import { Platform } from '../../src/index.ts';
import type { PlatformStatus } from '../../src/index.ts';

const nothing = (): void => undefined;
export const silent: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** A home with a platform in this process. */
export class TestPlatform {
  readonly home: string;
  readonly status: PlatformStatus;
  /** What asked it to end. */
  readonly ends: string[] = [];
  readonly #platform: Platform;
  readonly #peers: RunningAgent[] = [];
  #operator: Operator | undefined;

  private constructor(home: string, started: { platform: Platform; status: PlatformStatus }, ends: string[]) {
    this.home = home;
    this.status = started.status;
    this.#platform = started.platform;
    this.ends = ends;
  }

  /** On a home that is there already, or a new one. */
  static async start(options: { home?: string; config?: string; log?: Logger } = {}): Promise<TestPlatform> {
    const home = options.home ?? (await mkdtemp(join(tmpdir(), 'platform-')));
    const { config, log = silent } = options;
    if (config !== undefined) await writeFile(join(home, 'config'), `[volttron]\ninstance-name = campus\n${config}\n`);
    const { settings } = await readInstanceConfig({ home });
    const ends: string[] = [];
    const onEnd = (reason: string): void => void ends.push(reason);
    const started = await Platform.start({ home, settings, clock: systemClock, log: () => log, onEnd });
    return new TestPlatform(home, started, ends);
  }

  /** A peer with a key and an entry. */
  async enter(identity: string, capabilities: Capabilities = {}): Promise<RunningAgent> {
    if (identity !== services.controlConnection) {
      const operator = this.#operator ?? (await this.operator());
      const { publicKey } = await new KeyStore(this.home).agent(identity);
      const entry = agentEntry(identity, publicKey, capabilities);
      await operator.vip.rpc.call(services.auth, 'auth_file.add', [entry]);
    }
    const agent = await enterPlatform(this.home, this.status, identity);
    this.#peers.push(agent);
    return agent;
  }

  /** Someone who may do everything, and sends agents. */
  async operator(): Promise<Operator> {
    this.#operator ??= new Operator(await this.enter(services.controlConnection));
    return this.#operator;
  }

  /** Ends the platform; its home stays. */
  async stop(): Promise<void> {
    await Promise.all(this.#peers.splice(0).map((agent) => agent.stop()));
    await this.#platform.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await rm(this.home, { recursive: true, force: true });
  }
}

/** A peer with the key that the home keeps for its name. */
export async function enterPlatform(home: string, status: PlatformStatus, identity: string): Promise<RunningAgent> {
  const pair = await new KeyStore(home).agent(identity);
  const keys = { publickey: pair.publicKey, secretkey: pair.secret.reveal(), serverkey: status.serverKey };
  const address = parseAddress(status.addresses[0]!);
  const bus = new ZmqConnection({ identity, address, keys, clock: systemClock });
  const definition = defineAgent({ name: identity, config: t.Object({}) });
  const agent = startAgent(definition, { bus, clock: systemClock, log: silent });
  await agent.vip.hello('');
  return agent;
}

/** Someone who manages agents, and sends them as Python's vctl does (reference/vip-zmq.md §2.13). */
export class Operator {
  readonly vip: RunningAgent['vip'];

  constructor(agent: RunningAgent) {
    this.vip = agent.vip;
  }

  call(method: string, ...args: readonly unknown[]): Promise<unknown> {
    return this.vip.rpc.call(services.control, method, args, { timeoutMs: 60_000 });
  }

  /** Installs an agent; answers its UUID. */
  async install(
    archive: Uint8Array,
    { channel = 'agent_sender', chunk = 1_000_000, ...options }: Sending = {},
  ): Promise<string> {
    const { identity = null, publickey = null, secretkey = null, force = false } = options;
    const opened = this.vip.channel.create(services.control, channel);
    const sent = sendOver(opened, archive, chunk, options.corrupt === true);
    try {
      return (await this.call('install_agent', 'tiny.tgz', channel, identity, publickey, secretkey, force)) as string;
    } finally {
      opened.close();
      await sent;
    }
  }
}

export interface Sending {
  readonly channel?: string;
  /** Bytes sent at once, at most. */
  readonly chunk?: number;
  readonly identity?: string;
  readonly publickey?: string;
  readonly secretkey?: string;
  readonly force?: boolean;
  /** Answers a wrong checksum. */
  readonly corrupt?: boolean;
}

async function sendOver(channel: Channel, archive: Uint8Array, most: number, corrupt: boolean): Promise<void> {
  const sum = createHash('sha512');
  let at = 0;
  for await (const [frame] of channel) {
    const [request, limit] = JSON.parse(decodeText(frame!)) as [string, number];
    if (request === 'checksum') {
      await channel.send(corrupt ? new Uint8Array(64) : sum.copy().digest());
      continue;
    }
    const chunk = archive.subarray(at, at + Math.min(limit, most));
    at += chunk.length;
    sum.update(chunk);
    await channel.send(chunk.length === 0 ? encodeText('complete') : chunk);
  }
}
