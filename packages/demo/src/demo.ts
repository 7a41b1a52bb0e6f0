import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { exitCodes } from '@volttron-ts/connect';
import { checker, t } from '@volttron-ts/vip-core';
import type { Logger } from '@volttron-ts/vip-core';
import { asPublisherCounts, compare } from './check.ts';
import type { Comparison, PublisherCounts } from './check.ts';
import { claimFolder } from './claim-folder.ts';
import { ChildEndedError } from './errors.ts';
import { freePort } from './free-port.ts';
import { Instance } from './instance.ts';
import type { AgentPlan } from './instance.ts';
import { Operator } from './operator.ts';
import type { WaitingKey } from './operator.ts';

const publishers = ['sysmon', 'replay-driver'] as const;
const FORWARDER = 'forwarder';
const HISTORIAN = 'platform.historian';
const FORWARD_CURSOR = 'forwarder';
const HISTORY_CURSOR = 'history';
const POLL_MS = 100;
const DRAIN_MS = 30_000;
const PORT_ATTEMPTS = 3;

const asPlatformStatus = checker(
  t.Object({ webAddress: t.Optional(t.String()), firstPassword: t.Optional(t.String()) }),
);
const asForwarding = checker(
  t.Object({
    state: t.String(),
    records: t.Integer(),
    p50LagMs: t.Union([t.Number(), t.Null()]),
    p99LagMs: t.Union([t.Number(), t.Null()]),
  }),
);

/** A look at the running demonstration; counts are readings, waiting is records. */
export interface Progress {
  readonly published: number;
  readonly waiting: number;
  readonly acknowledged: number;
  readonly toStore: number;
  readonly state: string;
  readonly p50LagMs: number | null;
  readonly p99LagMs: number | null;
}

export interface DemoOptions {
  /** Where the two homes are made; emptied first. */
  readonly root: string;
  readonly log: Logger;
}

/** Two instances on this host, and readings that go from one to the other. */
export class Demo {
  readonly server: Instance;
  readonly client: Instance;
  readonly #options: DemoOptions;
  readonly #started = performance.now();
  #release: () => Promise<void> = () => Promise.resolve();
  #serverOperator: Operator | undefined;
  #clientOperator: Operator | undefined;
  #agents: { readonly instance: Instance; readonly plan: AgentPlan }[] = [];
  webAddress = '';
  firstPassword: string | undefined;
  startupMs: number | undefined;

  constructor(options: DemoOptions) {
    this.#options = options;
    this.server = new Instance(options.root, 'volttron-server');
    this.client = new Instance(options.root, 'volttron-client');
  }

  /** The file of the server's historian. */
  get storeFile(): string {
    return join(this.server.home, 'historian.sqlite');
  }

  /** Makes both homes and starts both platforms and all agents. Throws FolderInUseError, ChildEndedError. */
  async start(): Promise<void> {
    this.#release = await claimFolder(this.#options.root);
    const historian: AgentPlan = {
      identity: HISTORIAN,
      module: '@volttron-ts/historian',
      config: { connection: { type: 'sqlite', params: { database: this.storeFile } } },
      capabilities: { read_journal: null },
    };
    const { webAddress = '', firstPassword } = await this.#startServer(historian);
    this.webAddress = webAddress;
    this.firstPassword = firstPassword;
    const agents = clientAgents(webAddress, this.server.home);
    await this.client.prepare({ 'instance-name': this.client.name }, agents);
    await this.client.startPlatform();
    this.#agents = [
      { instance: this.server, plan: historian },
      ...agents.map((plan) => ({ instance: this.client, plan })),
    ];
    await Promise.all(this.#agents.map(async ({ instance, plan }) => instance.startAgent(plan)));
    this.#serverOperator = await Operator.of(this.server.home, this.#options.log);
    this.#clientOperator = await Operator.of(this.client.home, this.#options.log);
  }

  /** On free ports: somebody may take one between the look and the binding, then others are tried. */
  async #startServer(historian: AgentPlan): Promise<ReturnType<typeof asPlatformStatus>> {
    for (let attempt = 1; ; attempt++) {
      const config = {
        'instance-name': this.server.name,
        'vip-address': `tcp://127.0.0.1:${await freePort(22_916)}`,
        'bind-web-address': `https://localhost:${await freePort(8443)}`,
      };
      await this.server.prepare(config, [historian]);
      try {
        return asPlatformStatus(await this.server.startPlatform(), 'the status of the server');
      } catch (error) {
        const inUse = error instanceof ChildEndedError && error.value === exitCodes.unavailable;
        if (!inUse || attempt === PORT_ATTEMPTS) throw error;
      }
    }
  }

  /** Of the server; the name `control.connection` is taken while the demonstration runs. */
  get serverOperator(): Operator {
    if (this.#serverOperator === undefined) throw new Error('the demonstration is not started');
    return this.#serverOperator;
  }

  get clientOperator(): Operator {
    if (this.#clientOperator === undefined) throw new Error('the demonstration is not started');
    return this.#clientOperator;
  }

  /** Settles with the forwarder's key once it waits for approval at the server. Rejects when the signal aborts. */
  async waitingKey(signal?: AbortSignal): Promise<WaitingKey> {
    for (;;) {
      const [key] = await this.serverOperator.waitingKeys();
      if (key !== undefined) return key;
      await sleep(POLL_MS, undefined, { signal });
    }
  }

  /** Lets a key in, and settles when the first reading was acknowledged. Rejects when the signal aborts. */
  async approve(key: WaitingKey, signal?: AbortSignal): Promise<void> {
    await this.serverOperator.approve(key);
    while ((await this.#forwarding()).records === 0) await sleep(POLL_MS, undefined, { signal });
    this.startupMs ??= Math.round(performance.now() - this.#started);
  }

  async #forwarding(): Promise<ReturnType<typeof asForwarding>> {
    return asForwarding(await this.clientOperator.call(FORWARDER, 'forwarding.status'), 'the status of the forwarder');
  }

  /** What each publisher was told is kept; with `publishing.pause` they publish no more. */
  async counts(method: 'publishing.counts' | 'publishing.pause' = 'publishing.counts'): Promise<PublisherCounts[]> {
    return Promise.all(
      publishers.map(async (publisher) =>
        asPublisherCounts(await this.clientOperator.call(publisher, method), `the counts of ${publisher}`),
      ),
    );
  }

  /** Rejects while a process that it asks is away. */
  async progress(): Promise<Progress> {
    const [counts, forwarding, waiting, toStore] = await Promise.all([
      this.counts(),
      this.#forwarding(),
      this.clientOperator.waiting(FORWARD_CURSOR),
      this.serverOperator.waiting(HISTORY_CURSOR),
    ]);
    const published = counts.reduce((total, { readings }) => total + readings, 0);
    const messages = counts.reduce((total, count) => total + count.messages, 0);
    const perMessage = messages === 0 ? 0 : published / messages;
    const { state, p50LagMs, p99LagMs } = forwarding;
    const unacknowledged = waiting ?? messages;
    return {
      published,
      waiting: unacknowledged,
      acknowledged: Math.max(0, Math.round(published - unacknowledged * perMessage)),
      toStore: toStore ?? 0,
      state,
      p50LagMs,
      p99LagMs,
    };
  }

  /**
   * Stops in the order in which readings flow, each part only when the next one has everything, then compares what was
   * acknowledged with what is stored.
   */
  async finish(): Promise<Comparison & Pick<Progress, 'p50LagMs' | 'p99LagMs'>> {
    const counts = await this.counts('publishing.pause');
    await this.#drained(async () => this.clientOperator.waiting(FORWARD_CURSOR));
    await this.#drained(async () => this.serverOperator.waiting(HISTORY_CURSOR));
    const { p50LagMs, p99LagMs } = await this.#forwarding();
    await this.stop();
    return { ...compare(counts, this.storeFile), p50LagMs, p99LagMs };
  }

  /** Settles when nothing waits any more, or after 30 s: the comparison then says what is missing. */
  async #drained(waiting: () => Promise<number | undefined>): Promise<void> {
    const deadline = performance.now() + DRAIN_MS;
    while ((await waiting()) !== 0 && performance.now() < deadline) await sleep(POLL_MS);
  }

  /** Stops all processes, agents before their platforms. */
  async stop(): Promise<void> {
    await Promise.all([this.#clientOperator?.close(), this.#serverOperator?.close()]);
    await Promise.all(this.#agents.map(async ({ instance, plan }) => instance.stop(plan.identity)));
    await Promise.all([this.client.stop('volttron'), this.server.stop('volttron')]);
    await this.#release();
  }
}

function clientAgents(webAddress: string, serverHome: string): AgentPlan[] {
  return [
    { identity: 'sysmon', module: '@volttron-ts/sysmon', config: {} },
    { identity: 'replay-driver', module: '@volttron-ts/replay-driver', config: {} },
    { identity: 'listener', module: '@volttron-ts/listener', config: {} },
    {
      identity: FORWARDER,
      module: '@volttron-ts/forwarder',
      config: {
        'destination-address': webAddress,
        'destination-root-certificate': join(serverHome, 'certificates', 'certs', 'volttron-server-root-ca.crt'),
        prefixes: ['devices/'],
      },
      capabilities: { read_journal: null },
    },
  ];
}
