import type { Channel, ConsumeMessage } from 'amqplib';
import type { CaptureOutcome, Clock } from '@volttron-ts/vip-core';
import { AckTracker } from './ack-tracker.ts';

/** Deliveries that may be on their way to the disk. */
const PREFETCH = 4096;
/** How long one that is kept may wait to be acknowledged together with others. */
const ACK_DELAY_MS = 5;
/** How long closing waits for the disk. */
const LINGER_MS = 2000;

export interface KeptChannelOptions {
  readonly clock: Clock;
  readonly deliver: (delivery: ConsumeMessage, settled: (outcome: CaptureOutcome) => void) => void;
  /** One could not be kept: the channel is closed, and the broker delivers again what is not acknowledged, in its order. */
  readonly refused: () => void;
  /** It ended by itself, or somebody deleted the queue. */
  readonly ended: () => void;
}

/** One channel's deliveries, acknowledged as they are kept. */
export class KeptChannel {
  readonly #channel: Channel;
  readonly #options: KeptChannelOptions;
  readonly #tracker: AckTracker;
  #isOpen = true;
  #isFlushDue = false;
  /** Delivered and not settled. */
  #outstanding = 0;
  #whenSettled: () => void = () => undefined;
  #consumer = '';

  constructor(channel: Channel, options: KeptChannelOptions) {
    this.#channel = channel;
    this.#options = options;
    this.#tracker = new AckTracker((tag) => {
      this.#ack(tag, true);
    });
    channel.on('close', () => {
      if (!this.#isOpen) return;
      this.#isOpen = false;
      options.ended();
    });
  }

  async consume(queue: string): Promise<void> {
    await this.#channel.prefetch(PREFETCH);
    const { consumerTag } = await this.#channel.consume(queue, (delivery) => {
      if (delivery === null) this.#options.ended();
      else this.#take(delivery);
    });
    this.#consumer = consumerTag;
  }

  /** Takes no more, waits a while for what is on its way to the disk, and acknowledges what is kept. */
  async close(): Promise<void> {
    if (!this.#isOpen) return;
    await this.#channel.cancel(this.#consumer).catch(() => undefined);
    if (this.#outstanding > 0) {
      await new Promise<void>((resolve) => {
        const cancel = this.#options.clock.after(LINGER_MS, resolve);
        this.#whenSettled = () => {
          cancel();
          resolve();
        };
      });
    }
    await this.#end();
  }

  #take(delivery: ConsumeMessage): void {
    this.#outstanding += 1;
    this.#options.deliver(delivery, (outcome) => {
      this.#outstanding -= 1;
      if (this.#outstanding === 0) this.#whenSettled();
      if (!this.#isOpen) return;
      if (outcome === 'refused') this.#refuse();
      else if (this.#tracker.settle(delivery.fields.deliveryTag)) this.#flushSoon();
    });
  }

  #refuse(): void {
    void this.#end();
    this.#options.refused();
  }

  async #end(): Promise<void> {
    this.#tracker.flush();
    for (const tag of this.#tracker.beyond) this.#ack(tag, false);
    this.#isOpen = false;
    await this.#channel.close().catch(() => undefined);
  }

  #flushSoon(): void {
    if (this.#isFlushDue) return;
    this.#isFlushDue = true;
    this.#options.clock.after(ACK_DELAY_MS, () => {
      this.#isFlushDue = false;
      if (this.#isOpen) this.#tracker.flush();
    });
  }

  #ack(deliveryTag: number, allUpTo: boolean): void {
    try {
      this.#channel.ack({ fields: { deliveryTag } } as ConsumeMessage, allUpTo);
    } catch {
      // The channel has ended: the broker delivers again what it has no word of.
    }
  }
}
