import { randomBytes } from 'node:crypto';
import { ClosedError } from '@volttron-ts/vip-core';
import type {
  BusConnection,
  Clock,
  Logger,
  RemotePlatformOptions,
  RemotePlatforms,
  VipError,
  VipMessage,
} from '@volttron-ts/vip-core';
import { LayeredConfig } from './agent-config.ts';
import type { AgentConfig } from './agent-config.ts';
import { reportRpcAuthorizations } from './auth/rpc-authorizations.ts';
import { followStore } from './config/follow-store.ts';
import { connectVip } from './connect-vip.ts';
import type { VipLimits, VipSession } from './connect-vip.ts';
import type { AgentContext, AgentDefinition } from './define-agent.ts';
import { HelloTimeoutError, NoRemotePlatformsError } from './errors.ts';
import type { HeldCapabilities } from './rpc/capabilities.ts';
import { isCoreIdentity } from './rpc/core-identity.ts';
import type { Rpc } from './rpc/rpc.ts';
import { ConnectedPlatform } from './remote-platform.ts';
import { pause } from './session/pause.ts';
import type { SessionPhase } from './session/phases.ts';
import type { Vip } from './vip.ts';
import { WebClient } from './web/web-client.ts';

export interface StartAgentOptions {
  /** The agent's connection, not yet opened; its identity is the agent's. */
  readonly bus: BusConnection;
  /** What stands in the configuration file; hyphens may stand for underscores. The store's `config` goes before it. */
  readonly config?: Readonly<Record<string, unknown>>;
  /**
   * False leaves the platform's configuration store alone. True when not given, but for a platform's own services,
   * whose configuration it is not.
   */
  readonly configStore?: boolean;
  /** What `vip.auth.connectRemotePlatform` stands on. */
  readonly remotes?: RemotePlatforms;
  readonly log: Logger;
  readonly clock: Clock;
  /** Where the agent keeps its files; the working folder when not given. */
  readonly dataFolder?: string;
  /** False ends the agent when the platform does not answer its hello within 10 s; true when not given. */
  readonly wait?: boolean;
  /** Makes the random names of publishers' lives: 8 to 16 of `0-9a-z`. */
  readonly epoch?: () => string;
  readonly limits?: VipLimits;
  /** What a user may do at this moment, for services that know; `platform.auth` is asked when not given. */
  readonly capabilitiesOf?: (user: string) => HeldCapabilities;
  /** Takes the messages of further subsystems, for services of a platform; answers go by the bus itself. */
  readonly subsystems?: Readonly<Record<string, (message: VipMessage) => void>>;
}

/** An agent that lives. */
export interface RunningAgent {
  readonly vip: Vip;
  /** Ends it: aborts its signal, waits for `run` and for what was published, says goodbye. Safe to call twice. */
  stop(): Promise<void>;
  /** Settles when it has ended; rejects with what `run` threw, or HelloTimeoutError. */
  readonly done: Promise<void>;
}

const RUN_END_MS = 10_000;
const DRAIN_MS = 5000;

const defaultLimits: VipLimits = {
  window: { messages: 1000, bytes: 4 << 20 },
  queue: { messages: 1000, bytes: 4 << 20, overrun: 16 },
};

const randomEpoch = (): string => randomBytes(8).toString('hex').slice(0, 12);

/**
 * Starts an agent on a bus. Throws InvalidValueError when its configuration is wrong; keys that are only missing may
 * still come from the configuration store before `run` begins.
 */
export function startAgent(definition: AgentDefinition, options: StartAgentOptions): RunningAgent {
  const isCore = isCoreIdentity(options.bus.identity);
  const { log, configStore = !isCore } = options;
  const config = new LayeredConfig(definition.config, options.config ?? {}, {
    what: `the configuration of ${definition.name}`,
    mayLack: configStore,
    listenerFailed: (error) => {
      log.error('a listener for changes of the configuration failed', { reason: String(error) });
    },
  });
  return new Life(definition, config, { ...options, configStore, isCore });
}

type LifeOptions = StartAgentOptions & { readonly configStore: boolean; readonly isCore: boolean };

class Life implements RunningAgent {
  readonly vip: Vip;
  readonly done: Promise<void>;
  readonly #definition: AgentDefinition;
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #session: VipSession;
  readonly #web: WebClient;
  readonly #config: LayeredConfig;
  /** Settles when the configuration store has answered, or need not be waited for. */
  readonly #configured: Promise<void>;
  readonly #remotes = new Set<ConnectedPlatform>();
  readonly #stopping = new AbortController();
  readonly #settle: { resolve: () => void; reject: (error: unknown) => void };
  #run: Promise<void> = Promise.resolve();
  #end: Promise<void> | undefined;

  constructor(definition: AgentDefinition, config: LayeredConfig, options: LifeOptions) {
    const { bus, log, clock, wait = true, epoch = randomEpoch, limits = defaultLimits } = options;
    this.#definition = definition;
    this.#config = config;
    this.#log = log;
    this.#clock = clock;
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    this.done = promise;
    // Whoever does not ask is not to be stopped by it.
    promise.catch(() => undefined);
    this.#settle = {
      resolve: () => {
        resolve(undefined);
      },
      reject,
    };
    const { name, version } = definition;
    const shared = { version, clock, log, epoch, limits };
    const overdue = (error: HelloTimeoutError): void => {
      void this.#stop(error);
    };
    this.#session = connectVip({
      ...shared,
      bus,
      name,
      capabilitiesOf: options.capabilitiesOf,
      ...(wait ? {} : { overdue }),
    });
    this.#web = new WebClient({ ...this.#session, log });
    this.vip = this.#makeVip((address, remoteOptions) => {
      if (options.remotes === undefined) throw new NoRemotePlatformsError(address);
      return new ConnectedPlatform(options.remotes.connect(address, remoteOptions), shared);
    });
    const stop = (): void => {
      void this.#stop();
    };
    const { dataFolder = process.cwd() } = options;
    const values = config.values as AgentConfig<unknown>;
    const context = { vip: this.vip, config: values, log, clock, dataFolder, signal: this.#stopping.signal, stop };
    if (!options.isCore) reportRpcAuthorizations({ ...this.#session, log });
    this.#configured = options.configStore
      ? this.#session.configStore.follow(followStore(config, this.#session.health, log))
      : Promise.resolve();
    // Last, so that a method of the author's goes before one that every agent has.
    exportMethods(definition, this.#session.rpc, context);
    for (const [name, take] of Object.entries(options.subsystems ?? {})) this.#session.session.handle(name, take);
    this.#session.session.onPhase((phase, reason) => {
      logPhase(log, bus.identity, phase, reason);
      if (phase === 'closed' && this.#end === undefined) void this.#stop(new ClosedError('The platform'));
    });
    this.#session.session.open();
    void this.#live(context);
  }

  stop(): Promise<void> {
    return this.#stop();
  }

  async #live(context: AgentContext<unknown>): Promise<void> {
    try {
      await this.#session.session.established(this.#stopping.signal, 'wait');
      await Promise.race([this.#configured, aborted(this.#stopping.signal)]);
      if (this.#stopping.signal.aborted) return;
      if (this.#config.lack !== undefined) throw this.#config.lack;
      this.#run = this.#definition.run(context);
      this.#session.heartbeat.start();
      await this.#run;
    } catch (error) {
      if (!this.#stopping.signal.aborted) void this.#stop(error);
    }
  }

  #stop(failure?: unknown): Promise<void> {
    this.#end ??= this.#finish(failure).then(() => {
      if (failure === undefined) this.#settle.resolve();
      else this.#settle.reject(failure);
    });
    return this.#end;
  }

  async #finish(failure: unknown): Promise<void> {
    const { session, pubsub, heartbeat } = this.#session;
    if (failure !== undefined)
      this.#log.error('the agent failed', { reason: failure instanceof Error ? failure.message : 'unknown' });
    this.#stopping.abort();
    const ran = this.#run.catch(() => undefined);
    const late = pause(this.#clock, RUN_END_MS).then(() => 'late' as const);
    if ((await Promise.race([ran, late])) === 'late') this.#log.warn('the agent did not end in time');
    const drained = [pubsub, ...[...this.#remotes].map((remote) => remote.pubsub)].map((one) => one.drain(DRAIN_MS));
    const left = (await Promise.all(drained)).reduce((total, count) => total + count, 0);
    if (left > 0) this.#log.warn('publications were not acknowledged before the end', { count: left });
    heartbeat.stop();
    await this.#web.leave();
    await Promise.all([...this.#remotes].map((remote) => remote.close()));
    await session.leave();
  }

  #makeVip(connect: (address: string, options?: RemotePlatformOptions) => ConnectedPlatform): Vip {
    const { session, pubsub, rpc, journal, health, heartbeat, peers, channels, configStore } = this.#session;
    return {
      identity: session.identity,
      pubsub,
      rpc,
      journal,
      health,
      heartbeat,
      peerlist: peers,
      channel: channels,
      config: configStore,
      web: this.#web,
      auth: {
        connectRemotePlatform: (address, options) => {
          const remote = connect(address, options);
          this.#remotes.add(remote);
          remote.onClosed(() => this.#remotes.delete(remote));
          return remote;
        },
      },
      ping: (peer, options) => peers.ping(peer, options),
      hello: (peer, options) => peers.hello(peer, options),
      query: (property, options) => peers.query(property, options),
    };
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else
      signal.addEventListener('abort', () => {
        resolve();
      });
  });

function logPhase(log: Logger, identity: string, phase: SessionPhase, reason: VipError | undefined): void {
  const fields = { identity, ...(reason === undefined ? {} : { reason: reason.line }) };
  if (phase === 'established') log.info('connected to the platform', fields);
  else if (phase === 'lost') log.warn('the connection to the platform was lost', fields);
  else if (phase === 'waiting') log.warn('the platform does not yet let this key in', fields);
  else if (phase === 'denied') log.error('the platform denies this key', fields);
}

function exportMethods({ methods }: AgentDefinition, rpc: Rpc, context: AgentContext<unknown>): void {
  for (const [name, method] of Object.entries(methods)) {
    rpc.export(name, { ...method, call: (args, caller) => method.call(args, { ...context, caller }) });
  }
}
