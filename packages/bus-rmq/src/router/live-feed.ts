import { randomUUID } from 'node:crypto';
import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib';
import { coveringKey, qualify } from '../names.ts';
import { ControlChannel, SubscriptionQueue } from '../subscription-queue.ts';

export interface LiveFeedOptions {
  readonly instance: string;
  deliver(delivery: ConsumeMessage): void;
  /** The feed could not be set up: the connection is to be made anew. */
  broken(error: unknown): void;
}

/** Publications that peers of other buses want, by one queue of the connection. */
export class LiveFeed {
  readonly #options: LiveFeedOptions;
  /** With how many wanted prefixes need each. */
  readonly #keys = new Map<string, number>();
  readonly #queue: SubscriptionQueue;
  #control: ControlChannel | undefined;
  #channel: Channel | undefined;
  /** Bindings change one after another. */
  #changes: Promise<void> = Promise.resolve();
  #changing = 0;

  constructor(options: LiveFeedOptions) {
    this.#options = options;
    this.#queue = new SubscriptionQueue(() => `${qualify(options.instance, '')}.pubsub.${randomUUID()}`, 'exclusive');
  }

  /** Deliveries come over `channel`. */
  async attach(connection: ChannelModel, channel: Channel): Promise<void> {
    const control = new ControlChannel(connection);
    this.#channel = channel;
    await this.#declare(control);
    this.#control = control;
  }

  detach(): void {
    this.#control = undefined;
    this.#channel = undefined;
    this.#queue.forget();
  }

  wanted(prefix: string, allPlatforms: boolean, isWanted: boolean): void {
    const key = coveringKey(allPlatforms ? '*' : this.#options.instance, prefix);
    const before = this.#keys.get(key) ?? 0;
    const now = before + (isWanted ? 1 : -1);
    if (now > 0) this.#keys.set(key, now);
    else this.#keys.delete(key);
    if (before === 0 || now === 0) this.#change(key);
  }

  /** Settles once everything wanted is bound; undefined when it is, or when the broker is away. */
  get pending(): Promise<void> | undefined {
    return this.#changing === 0 || this.#control === undefined ? undefined : this.#changes;
  }

  /** Makes the binding what it is to be by then. */
  #change(key: string): void {
    const control = this.#control;
    if (control === undefined) return;
    this.#changing += 1;
    this.#changes = this.#changes.then(async () => {
      try {
        if (this.#control !== control) return;
        if (this.#keys.has(key)) await this.#queue.rebind(control, key);
        else await this.#queue.release(control, key);
      } catch (error) {
        if (this.#control === control) this.#options.broken(error);
      } finally {
        this.#changing -= 1;
      }
    });
  }

  async #declare(control: ControlChannel): Promise<void> {
    const channel = this.#channel;
    const name = await this.#queue.declare(control);
    if (name === undefined || channel === undefined) return;
    for (const key of this.#keys.keys()) await this.#queue.rebind(control, key);
    const consume = (delivery: ConsumeMessage | null): void => {
      if (delivery !== null) this.#options.deliver(delivery);
      else if (this.#channel === channel) this.#options.broken(new Error('the queue was deleted'));
    };
    // It ends with the connection, and so would what is not acknowledged.
    await channel.consume(name, consume, { noAck: true });
  }
}
