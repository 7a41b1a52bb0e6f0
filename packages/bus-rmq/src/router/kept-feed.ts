import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib';
import type { CaptureOutcome, Clock, Logger } from '@volttron-ts/vip-core';
import { qualify, topicKey } from '../names.ts';
import { ControlChannel, SubscriptionQueue } from '../subscription-queue.ts';
import { KeptChannel } from './kept-channel.ts';

/** How long after a refusal the broker is asked again. */
const PAUSE_MS = 1000;

export interface KeptFeedOptions {
  readonly instance: string;
  /** The first words of the topics. */
  readonly topics: readonly string[];
  /** Several nodes: the queue is to survive the loss of one. */
  readonly isCluster: boolean;
  readonly clock: Clock;
  readonly log: Logger;
  /** `settled` may be called later; the broker has it until then. */
  readonly deliver: (delivery: ConsumeMessage, settled: (outcome: CaptureOutcome) => void) => void;
}

/**
 * Publications that are to be kept. A queue that outlives the connection holds each until it is on our disk: while the
 * platform is down, and while the disk takes nothing.
 */
export class KeptFeed {
  readonly #options: KeptFeedOptions;
  readonly #name: string;
  readonly #queue: SubscriptionQueue;
  #connection: ChannelModel | undefined;
  #channel: KeptChannel | undefined;
  #cancel: () => void = () => undefined;

  constructor(options: KeptFeedOptions) {
    this.#options = options;
    this.#name = `${qualify(options.instance, '')}.pubsub.persistent.journal`;
    this.#queue = new SubscriptionQueue(() => this.#name, options.isCluster ? 'quorum' : 'durable');
  }

  /** Throws what the broker does not grant. */
  async attach(connection: ChannelModel): Promise<void> {
    const { instance, topics } = this.#options;
    if (topics.length === 0) return;
    const control = new ControlChannel(connection);
    await this.#queue.declare(control);
    for (const topic of topics) await this.#queue.rebind(control, topicKey(instance, topic));
    this.#connection = connection;
    await this.#consume(connection);
  }

  detach(): void {
    this.#connection = undefined;
    this.#channel = undefined;
    this.#queue.forget();
    this.#cancel();
  }

  /** Takes no more, and tells the broker of all that is kept. */
  async close(): Promise<void> {
    this.#cancel();
    await this.#channel?.close();
  }

  async #consume(connection: ChannelModel): Promise<void> {
    const { clock, log, deliver } = this.#options;
    const channel: Channel = await connection.createChannel();
    channel.on('error', () => undefined);
    const kept: KeptChannel = new KeptChannel(channel, {
      ...{ clock, deliver },
      refused: () => {
        log.warn('the journal cannot keep publications; the broker holds them until it can');
        this.#channel = undefined;
        this.#cancel = clock.after(PAUSE_MS, () => {
          if (this.#connection === connection) this.#retry(connection);
        });
      },
      ended: () => {
        if (this.#channel === kept) this.#restart(connection);
      },
    });
    this.#channel = kept;
    await kept.consume(this.#name);
  }

  #retry(connection: ChannelModel): void {
    this.#consume(connection).catch(() => {
      this.#restart(connection);
    });
  }

  /** Ends the connection; another one is made. */
  #restart(connection: ChannelModel): void {
    if (this.#connection === connection) void connection.close().catch(() => undefined);
  }
}
