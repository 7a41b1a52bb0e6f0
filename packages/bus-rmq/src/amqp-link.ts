import { connect, credentials } from 'amqplib';
import type { ChannelModel } from 'amqplib';
import type { Clock } from '@volttron-ts/vip-core';
import type { BrokerAddress } from './explain-failure.ts';

/** Where a broker is and by what it and we are known; TLS with SASL EXTERNAL, so the certificate is the user. */
export interface AmqpTarget {
  /** Nodes of one broker; each is tried in turn. */
  readonly brokers: readonly BrokerAddress[];
  readonly virtualHost: string;
  readonly tls: AmqpTls;
}

/** PEM texts. */
export interface AmqpTls {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  /** The name in the broker's certificate, where it is not the host's. */
  readonly servername?: string;
}

export interface AmqpLinkEvents {
  /** Sets up channels, queues and consumers of a new connection; one that cannot is closed and made anew. */
  up(connection: ChannelModel, broker: BrokerAddress): Promise<void>;
  /** A connection ended, or could not be made or set up. */
  down(error: Error, broker: BrokerAddress): void;
}

export interface AmqpLinkOptions extends AmqpTarget {
  readonly clock: Clock;
  /** 0 to 1; spreads attempts. */
  readonly random: () => number;
}

/** Seconds between signs of life (reference/rmq-web-csr.md §1.3). */
const HEARTBEAT_S = 20;
const CONNECT_TIMEOUT_MS = 10_000;
const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 2000;

/** One connection to a broker that comes back by itself until it is closed. */
export class AmqpLink {
  readonly #options: AmqpLinkOptions;
  readonly #events: AmqpLinkEvents;
  #connection: ChannelModel | undefined;
  #cancelRetry: () => void = () => undefined;
  #failures = 0;
  #next = 0;
  #closed = false;
  /** What ends a connection now makes its setting up fail. */
  #isSettingUp = false;
  #running: Promise<void> = Promise.resolve();

  constructor(options: AmqpLinkOptions, events: AmqpLinkEvents) {
    this.#options = options;
    this.#events = events;
  }

  /** Starts connecting. */
  open(): void {
    this.#running = this.#attempt();
  }

  /** Closes what is open and tries no more. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelRetry();
    await this.#connection?.close().catch(() => undefined);
    await this.#running;
  }

  async #attempt(): Promise<void> {
    const { brokers } = this.#options;
    const broker = brokers[this.#next % brokers.length];
    if (broker === undefined) return;
    try {
      const connection = await this.#dial(broker);
      this.#watch(connection, broker);
      if (this.#closed) {
        await connection.close().catch(() => undefined);
        return;
      }
      try {
        this.#isSettingUp = true;
        await this.#events.up(connection, broker);
        this.#failures = 0;
      } catch (error) {
        // One failure, even when closing tells of it once more.
        if (this.#connection === connection) this.#connection = undefined;
        await connection.close().catch(() => undefined);
        throw error;
      } finally {
        this.#isSettingUp = false;
      }
    } catch (error) {
      this.#failed(error instanceof Error ? error : new Error(String(error)), broker);
    }
  }

  async #dial({ host, port }: BrokerAddress): Promise<ChannelModel> {
    const { virtualHost, tls } = this.#options;
    return connect(
      { protocol: 'amqps', hostname: host, port, vhost: encodeURIComponent(virtualHost), heartbeat: HEARTBEAT_S },
      {
        ca: [tls.ca],
        cert: tls.cert,
        key: tls.key,
        ...(tls.servername === undefined ? {} : { servername: tls.servername }),
        credentials: credentials.external(),
        noDelay: true,
        timeout: CONNECT_TIMEOUT_MS,
      },
    );
  }

  #watch(connection: ChannelModel, broker: BrokerAddress): void {
    this.#connection = connection;
    let reason: Error | undefined;
    connection.on('error', (error) => {
      reason = error;
    });
    connection.on('close', (error) => {
      if (this.#connection !== connection || this.#isSettingUp) return;
      this.#failed(reason ?? error ?? new Error('the connection was closed'), broker);
    });
  }

  #failed(error: Error, broker: BrokerAddress): void {
    if (this.#closed) return;
    this.#events.down(error, broker);
    this.#next += 1;
    const delay = Math.min(FIRST_RETRY_MS * 2 ** Math.min(this.#failures, 10), LAST_RETRY_MS);
    this.#failures += 1;
    this.#cancelRetry = this.#options.clock.after(delay * (0.5 + this.#options.random() / 2), () => {
      this.#running = this.#attempt();
    });
  }
}
