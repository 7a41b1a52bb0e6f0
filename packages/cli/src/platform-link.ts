import { defineAgent, startAgent, t } from '@volttron-ts/agent';
import type { RunningAgent } from '@volttron-ts/agent';
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

const definition = defineAgent({ name: 'vctl', config: t.Object({}) });

/** A running platform, to which an operator is the peer `control.connection` with the rights of its home. */
export class PlatformLink {
  readonly #agent: RunningAgent;
  readonly #timeoutMs: number;

  private constructor(agent: RunningAgent, timeoutMs: number) {
    this.#agent = agent;
    this.#timeoutMs = timeoutMs;
  }

  /** Connects. Throws NotRunningError, DeniedError, TimeoutError, … and what openLocalPlatform throws. */
  static async open(options: PlatformLinkOptions): Promise<PlatformLink> {
    const { timeoutMs, log } = options;
    const { bus, where } = await openBus(options);
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
    return new PlatformLink(agent, timeoutMs);
  }

  /** Calls a method of a peer. Throws RemoteError, UnauthorizedError, TimeoutError, … */
  call(peer: string, method: string, args: readonly unknown[] = []): Promise<unknown> {
    return this.#agent.vip.rpc.call(peer, method, args, { timeoutMs: this.#timeoutMs });
  }

  /** A property that the router tells about the platform. */
  query(property: string): Promise<unknown> {
    return this.#agent.vip.query(property, { timeoutMs: this.#timeoutMs });
  }

  async close(): Promise<void> {
    await this.#agent.stop();
  }
}

async function openBus(options: PlatformLinkOptions): Promise<{ bus: WatchedBus; where: string }> {
  const { home, address } = options;
  const environment = { ...options.environment, ...(address === undefined ? {} : { VOLTTRON_VIP_ADDR: address }) };
  const where = environment.VOLTTRON_VIP_ADDR ?? home;
  try {
    const identity = services.controlConnection;
    const { bus } = await openLocalPlatform({ home, identity, environment, clock: systemClock });
    // Of the home's own platform this key is known: it is only in use, by another vctl.
    return { bus: new WatchedBus(bus, { waitsForApproval: where === home }), where };
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

const isUnreachable = (error: unknown): error is VipError =>
  error instanceof Error && 'code' in error && error.code === 'unreachable';
