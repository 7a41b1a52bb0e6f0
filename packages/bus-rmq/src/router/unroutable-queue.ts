import type { Channel, ConsumeMessage } from 'amqplib';
import { qualify, UNDELIVERABLE } from '../names.ts';

export interface UnroutableQueueOptions {
  readonly instance: string;
  readonly deliver: (delivery: ConsumeMessage) => void;
}

/** What found no queue, of every peer on the bus: the router answers for all (reference/rmq-web-csr.md §1.6). */
export class UnroutableQueue {
  readonly #options: UnroutableQueueOptions;

  constructor(options: UnroutableQueueOptions) {
    this.#options = options;
  }

  async attach(channel: Channel): Promise<void> {
    const { instance, deliver } = this.#options;
    const name = `${qualify(instance, '')}.unroutable`;
    await channel.assertQueue(name, { exclusive: true, autoDelete: true, durable: false });
    await channel.bindQueue(name, UNDELIVERABLE, instance);
    const consume = (delivery: ConsumeMessage | null): void => {
      if (delivery !== null) deliver(delivery);
      // Somebody deleted the queue: the connection is made anew.
      else void channel.close().catch(() => undefined);
    };
    await channel.consume(name, consume, { noAck: true });
  }
}
