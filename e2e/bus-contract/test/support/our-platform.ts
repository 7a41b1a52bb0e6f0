import { ZmqConnection, ZmqListener } from '@volttron-ts/bus-zmq';
import type { ZmqConnectionOptions } from '@volttron-ts/bus-zmq';
import { Router } from '@volttron-ts/router';
import { parseAddress } from '@volttron-ts/vip-core';
import type {
  AuthenticationDecision,
  AuthenticationRequest,
  Authenticator,
  BusConnection,
  Clock,
  Logger,
} from '@volttron-ts/vip-core';
import { BusPeer } from '@volttron-ts/vip-core/testing';
import { systemClock } from './clocks.ts';
import { testKeys } from './keys.ts';
import type { TestKeys } from './keys.ts';

/** The class of an agent's connection. */
export type Engine = new (options: ZmqConnectionOptions) => BusConnection;

const quiet = (): void => undefined;
/** Says errors only. */
export const quietLog: Logger = { debug: quiet, info: quiet, warn: quiet, error: console.error };

/** Lets every key in as a user named like its identity, unless told otherwise, and counts who asks. */
class Decisions implements Authenticator {
  readonly #decided = new Map<string, AuthenticationDecision>();
  readonly #requests: AuthenticationRequest[] = [];
  readonly #waiting = new Set<() => void>();

  decide(publickey: string, decision: AuthenticationDecision): void {
    this.#decided.set(publickey, decision);
  }

  authenticate(request: AuthenticationRequest): AuthenticationDecision {
    this.#requests.push(request);
    for (const check of [...this.#waiting]) check();
    return this.#decided.get(request.credential ?? '') ?? { status: 200, user: request.identity };
  }

  keyOf(identity: string): string {
    return this.#requests.findLast((request) => request.identity === identity)?.credential ?? '';
  }

  async asked(publickey: string, times: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const check = (): void => {
        if (this.#requests.filter(({ credential }) => credential === publickey).length < times) return;
        this.#waiting.delete(check);
        resolve();
      };
      this.#waiting.add(check);
      check();
    });
  }
}

export interface OurPlatformOptions {
  readonly clock?: Clock;
  /** A loopback port when not given. */
  readonly address?: string;
  /** CURVE when not given. */
  readonly mechanism?: 'NULL' | 'CURVE';
}

/** Our router behind our ZMQ listener, and agents of ours on it. */
export class OurPlatform implements AsyncDisposable {
  readonly routingId = 'our-router';
  readonly keys = testKeys();
  readonly router: Router;
  readonly #decisions = new Decisions();
  readonly #peers: BusPeer[] = [];

  private constructor() {
    this.router = new Router({ routingId: this.routingId, log: quietLog, properties: () => ({}) });
  }

  static async start(options: OurPlatformOptions = {}): Promise<OurPlatform> {
    const { clock = systemClock, address = 'tcp://127.0.0.1:*', mechanism = 'CURVE' } = options;
    const platform = new OurPlatform();
    await platform.router.listen(
      new ZmqListener({
        addresses: [parseAddress(address)],
        keys: mechanism === 'CURVE' ? platform.keys : undefined,
        authenticator: platform.#decisions,
        clock,
        log: quietLog,
      }),
    );
    return platform;
  }

  get endpoint(): string {
    return this.router.addresses[0] ?? '';
  }

  /** What the platform answers to a key from now on. */
  decide(keys: TestKeys, decision: AuthenticationDecision): void {
    this.#decisions.decide(keys.publickey, decision);
  }

  /** Settles when a key has asked to come in so many times. */
  async asked(keys: TestKeys, times: number): Promise<void> {
    await this.#decisions.asked(keys.publickey, times);
  }

  /** Ends the transport under a peer. */
  cut(identity: string): void {
    this.router.drop(this.#decisions.keyOf(identity));
  }

  /** An agent's connection by one of our engines, not yet opened. */
  connection(identity: string, EngineClass: Engine = ZmqConnection): BusConnection {
    const { publickey, secretkey } = testKeys();
    return new EngineClass({
      identity,
      address: parseAddress(this.endpoint),
      keys: { publickey, secretkey, serverkey: this.keys.publickey },
      clock: systemClock,
    });
  }

  /** An agent of ours that has been welcomed. */
  async peer(identity: string): Promise<BusPeer> {
    const peer = new BusPeer(this.connection(identity));
    this.#peers.push(peer);
    await peer.hello();
    return peer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#peers.map(async ({ bus }) => bus.close()));
    await this.router.close();
  }
}
