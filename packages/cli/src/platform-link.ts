import { randomBytes } from 'node:crypto';
import { defineAgent, startAgent, t } from '@volttron-ts/agent';
import type { Channel, RunningAgent } from '@volttron-ts/agent';
import { openLocalPlatform, systemClock, UnknownServerKeyError } from '@volttron-ts/connect';
import { services, TimeoutError } from '@volttron-ts/vip-core';
import type { Logger, VipError } from '@volttron-ts/vip-core';
import { NotRunningError } from './errors.ts';
import { WatchedBus } from './watched-bus.ts';

export interface PlatformLinkOptions {
  readonly home: string;
  /** In place of the address that the home's configuration names. */
  readonly address: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** For connecting, and for each call. */
  readonly timeoutMs: number;
  readonly log: Logger;
}

interface OpenedLink {
  readonly agent: RunningAgent;
  readonly bus: WatchedBus;
  readonly where: string;
  readonly timeoutMs: number;
}

const definition = defineAgent({ name: 'vctl', config: t.Object({}) });

/** How long one call may take, when not as long as `--timeout` says. */
export interface CallLimits {
  readonly timeoutMs?: number;
}

/** A running platform, to which an operator is the peer `control.connection` with the rights of its home. */
export class PlatformLink {
  /** Where it is: its address, or the home that names it. */
  readonly where: string;
  readonly #agent: RunningAgent;
  readonly #bus: WatchedBus;
  readonly #timeoutMs: number;

  private constructor({ agent, bus, where, timeoutMs }: OpenedLink) {
    this.#agent = agent;
    this.#bus = bus;
    this.where = where;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * Connects. Another `vctl` may hold the name: then once more by a name below it. Throws NotRunningError, DeniedError,
   * TimeoutError, … and what openLocalPlatform throws.
   */
  static async open(options: PlatformLinkOptions): Promise<PlatformLink> {
    try {
      return await PlatformLink.#openAs(services.controlConnection, options);
    } catch (error) {
      if (!isTaken(error)) throw error;
      const name = `${services.controlConnection}.${randomBytes(4).toString('hex')}`;
      options.log.info(`${services.controlConnection} is in use by another vctl; trying ${name}`);
      return PlatformLink.#openAs(name, options);
    }
  }

  static async #openAs(identity: string, options: PlatformLinkOptions): Promise<PlatformLink> {
    const { timeoutMs, log } = options;
    const { bus, where } = await openBus(identity, options);
    const agent = startAgent(definition, { bus, log, clock: systemClock });
    const welcomed = agent.vip.hello('', { timeoutMs });
    try {
      await Promise.race([welcomed, bus.hopeless]);
    } catch (error) {
      welcomed.catch(() => undefined);
      await agent.stop();
      throw explain(error, bus.reason, where);
    }
    bus.hopeless.catch(() => undefined);
    return new PlatformLink({ agent, bus, where, timeoutMs });
  }

  get identity(): string {
    return this.#agent.vip.identity;
  }

  /** Calls a method of a peer. Throws RemoteError, UnauthorizedError, TimeoutError, … */
  call(peer: string, method: string, args: readonly unknown[] = [], limits: CallLimits = {}): Promise<unknown> {
    return this.#agent.vip.rpc.call(peer, method, args, { timeoutMs: limits.timeoutMs ?? this.#timeoutMs });
  }

  /** The identities on the bus, sorted. */
  async peers(): Promise<string[]> {
    const peers = await this.#agent.vip.peerlist.list({ timeoutMs: this.#timeoutMs });
    return peers.toSorted();
  }

  /** A property that the router tells about the platform. */
  query(property: string): Promise<unknown> {
    return this.#agent.vip.query(property, { timeoutMs: this.#timeoutMs });
  }

  openChannel(peer: string, name: string): Channel {
    return this.#agent.vip.channel.create(peer, name);
  }

  /** Settles when the platform has ended the connection. */
  get lost(): Promise<void> {
    return this.#bus.lost;
  }

  async close(): Promise<void> {
    await this.#agent.stop();
  }
}

async function openBus(identity: string, options: PlatformLinkOptions): Promise<{ bus: WatchedBus; where: string }> {
  const { home, address } = options;
  const environment = { ...options.environment, ...(address === undefined ? {} : { VOLTTRON_VIP_ADDR: address }) };
  const where = environment.VOLTTRON_VIP_ADDR ?? home;
  try {
    const keysOf = services.controlConnection;
    const { bus } = await openLocalPlatform({ home, identity, keysOf, environment, clock: systemClock });
    return { bus: new WatchedBus(bus), where };
  } catch (error) {
    // A platform writes its key there when it starts.
    if (error instanceof UnknownServerKeyError && where === home) throw new NotRunningError(where, error);
    throw error;
  }
}

/** What the bus says explains a welcome that did not come. */
function explain(error: unknown, reason: VipError | undefined, where: string): unknown {
  const cause = error instanceof TimeoutError ? (reason ?? error) : error;
  return isUnreachable(cause) ? new NotRunningError(where.replace(/\?.*$/, ''), cause) : cause;
}

const hasCode = (error: unknown, code: string): error is VipError =>
  error instanceof Error && 'code' in error && error.code === code;

const isUnreachable = (error: unknown): error is VipError => hasCode(error, 'unreachable');
const isTaken = (error: unknown): boolean => hasCode(error, 'identity-in-use');
