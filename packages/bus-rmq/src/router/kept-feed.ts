import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib';
import type { CaptureOutcome, Clock, Logger } from '@volttron-ts/vip-core';
import { qualify, topicKey } from '../names.ts';
import { ControlChannel, SubscriptionQueue } from '../subscription-queue.ts';
import { AckTracker } from './ack-tracker.ts';

/** Deliveries that may be on their way to the disk. */
const PREFETCH = 4096;
/** How long one that is kept may wait for others. */
const ACK_DELAY_MS = 5;
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
  deliver(delivery: ConsumeMessage, settled: (outcome: CaptureOutcome) => void): void;
}

/**
 * Publications that are to be kept. A queue that outlives the connection holds each until it is on our disk: while the
 * platform is down, and while the disk takes nothing.
 */
export class KeptFeed {
  readonly #options: KeptFeedOptions;
  readonly #queue: SubscriptionQueue;
  #connection: ChannelModel | undefined;
  #channel: Channel | undefined;
  #cancel: () => void = () => undefined;

  constructor(options: KeptFeedOptions) {
    this.#options = options;
    const name = `${qualify(options.instance, '')}.pubsub.persistent.journal`;
    this.#queue = new SubscriptionQueue(() => name, options.isCluster ? 'quorum' : 'durable');
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

  async #consume(connection: ChannelModel): Promise<void> {
    const channel = await connection.createChannel();
    channel.on('error', () => undefined);
    channel.on('close', () => {
      if (this.#channel === channel) this.#restart(connection);
    });
    await channel.prefetch(PREFETCH);
    this.#channel = channel;
    const tracker = new AckTracker((tag) => {
      if (this.#channel === channel) channel.ack(deliveryOf(tag), true);
    });
    let isDue = false;
    const flushSoon = (): void => {
      if (isDue) return;
      isDue = true;
      this.#options.clock.after(ACK_DELAY_MS, () => {
        isDue = false;
        tracker.flush();
      });
    };
    await channel.consume(`${qualify(this.#options.instance, '')}.pubsub.persistent.journal`, (delivery) => {
      if (delivery === null) {
        // Somebody deleted the queue: everything is set up anew.
        this.#restart(connection);
        return;
      }
      const tag = delivery.fields.deliveryTag;
      this.#options.deliver(delivery, (outcome) => {
        if (this.#channel !== channel) return;
        if (outcome === 'refused') this.#pause(channel, tracker);
        else if (tracker.settle(tag)) flushSoon();
      });
    });
  }

  /** The broker delivers again what is not acknowledged, in its order, once this channel is closed. */
  #pause(channel: Channel, tracker: AckTracker): void {
    const { log, clock } = this.#options;
    log.warn('the journal cannot keep publications; the broker keeps them until it can');
    tracker.flush();
    for (const tag of tracker.beyond) channel.ack(deliveryOf(tag), false);
    this.#channel = undefined;
    void channel.close().catch(() => undefined);
    this.#cancel = clock.after(PAUSE_MS, () => {
      const connection = this.#connection;
      if (connection !== undefined)
        this.#consume(connection).catch(() => {
          this.#restart(connection);
        });
    });
  }

  /** Ends the connection; another one is made. */
  #restart(connection: ChannelModel): void {
    if (this.#connection === connection) void connection.close().catch(() => undefined);
  }
}

/** As much of a delivery as an acknowledgement needs. */
const deliveryOf = (deliveryTag: number): ConsumeMessage => ({ fields: { deliveryTag } }) as ConsumeMessage;
