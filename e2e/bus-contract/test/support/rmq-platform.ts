import { createServer, connect } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { RmqConnection, RmqListener } from '@volttron-ts/bus-rmq';
import type { AmqpTls } from '@volttron-ts/bus-rmq';
import type { PrivateBroker } from '@volttron-ts/bus-rmq/testing';
import { PortConnection, PortListener, Router } from '@volttron-ts/router';
import type { RouterOptions } from '@volttron-ts/router';
import type { BusConnection, Clock } from '@volttron-ts/vip-core';
import { systemClock } from './clocks.ts';
import { quietLog } from './our-platform.ts';

const INSTANCE = 'central';

export interface RmqPlatformOptions extends Partial<RouterOptions> {
  /** First words of topics that the broker holds until the tap has kept them. */
  readonly keptTopics?: readonly string[];
  /** Of the router's side. */
  readonly clock?: Clock;
}

/** Our router on a RabbitMQ, and agents of ours beside it; each agent has a hop of its own that a test can cut. */
export class RmqPlatform implements AsyncDisposable {
  readonly router: Router;
  readonly #broker: PrivateBroker;
  readonly #tls: ReadonlyMap<string, AmqpTls>;
  readonly #ports = new PortListener();
  readonly #hops = new Map<string, { readonly server: Server; readonly sockets: Set<Socket> }>();

  private constructor(broker: PrivateBroker, tls: ReadonlyMap<string, AmqpTls>, options: Partial<RouterOptions>) {
    this.#broker = broker;
    this.#tls = tls;
    this.router = new Router({ routingId: 'our-router', log: quietLog, properties: () => ({}), ...options });
  }

  /** `tls` holds the certificates of `router` and of every identity that may connect. */
  static async start(
    broker: PrivateBroker,
    tls: ReadonlyMap<string, AmqpTls>,
    options: RmqPlatformOptions = {},
  ): Promise<RmqPlatform> {
    const { keptTopics = [], clock = systemClock, ...routing } = options;
    const platform = new RmqPlatform(broker, tls, routing);
    await platform.router.listen(platform.#ports);
    for (const identity of tls.keys()) await platform.#hop(identity);
    await platform.router.listen(
      new RmqListener({
        ...{ instance: INSTANCE, virtualHost: 'volttron', clock, log: quietLog, keptTopics },
        brokers: [{ host: '127.0.0.1', port: broker.port }],
        tls: platform.#tlsOf('router'),
      }),
    );
    return platform;
  }

  #tlsOf(identity: string): AmqpTls {
    const tls = this.#tls.get(identity);
    if (tls === undefined) throw new Error(`no certificate was made for "${identity}"`);
    return tls;
  }

  /** An agent's connection, not yet opened. */
  connection(identity: string): BusConnection {
    const address = this.#hops.get(identity)?.server.address() as AddressInfo;
    return new RmqConnection({
      ...{ instance: INSTANCE, identity, virtualHost: 'volttron', clock: systemClock },
      brokers: [{ host: '127.0.0.1', port: address.port }],
      tls: this.#tlsOf(identity),
    });
  }

  /** A connection of a peer of another bus, not yet opened. */
  otherBus(identity: string): BusConnection {
    const { port1, port2 } = new MessageChannel();
    this.#ports.accept(port1, identity, false);
    return new PortConnection(port2, identity);
  }

  /** Ends the transport under an agent. */
  cut(identity: string): void {
    for (const socket of this.#hops.get(identity)?.sockets ?? []) socket.destroy();
  }

  async #hop(identity: string): Promise<void> {
    const sockets = new Set<Socket>();
    const server = createServer((client) => {
      const far = connect(this.#broker.port, '127.0.0.1');
      for (const [from, to] of [[client, far] as const, [far, client] as const]) {
        sockets.add(from);
        from.on('error', () => undefined);
        from.on('close', () => {
          sockets.delete(from);
          to.destroy();
        });
        from.pipe(to);
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.#hops.set(identity, { server, sockets });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.router.close();
    for (const [identity, { server }] of this.#hops) {
      this.cut(identity);
      server.close();
    }
  }
}
