import type { Channel, ChannelModel, Options } from 'amqplib';
import { EXCHANGE } from './names.ts';

/** A channel for what the broker may refuse, since a refusal ends the channel it came on. */
export class ControlChannel {
  readonly #connection: ChannelModel;
  #channel: Channel | undefined;

  constructor(connection: ChannelModel) {
    this.#connection = connection;
  }

  async use<T>(operation: (channel: Channel) => Promise<T>): Promise<T> {
    return operation(this.#channel ?? (await this.#open()));
  }

  async #open(): Promise<Channel> {
    const channel = await this.#connection.createChannel();
    // The operation that was refused tells its caller.
    channel.on('error', () => undefined);
    channel.on('close', () => {
      if (this.#channel === channel) this.#channel = undefined;
    });
    this.#channel = channel;
    return channel;
  }
}

/** A queue that collects publications, and the keys that are bound to it (reference/rmq-web-csr.md §1.4). */
export class SubscriptionQueue {
  /** Outlives the connection. */
  readonly isKept: boolean;
  readonly #nameOf: () => string;
  readonly #options: Options.AssertQueue;
  /** With how many subscriptions need each. */
  readonly #keys = new Map<string, number>();
  #name: string | undefined;

  /** `nameOf` is asked for each connection. */
  constructor(nameOf: () => string, kind: 'exclusive' | 'durable' | 'quorum') {
    this.isKept = kind !== 'exclusive';
    this.#nameOf = nameOf;
    this.#options =
      kind === 'exclusive'
        ? { exclusive: true, autoDelete: true, durable: false }
        : { durable: true, ...(kind === 'quorum' ? { arguments: { 'x-queue-type': 'quorum' } } : {}) };
  }

  get keys(): readonly string[] {
    return [...this.#keys.keys()];
  }

  /** What was declared ended with its connection. */
  forget(): void {
    this.#name = undefined;
  }

  /** Declares the queue; answers its name when it was not there for this connection. */
  async declare(control: ControlChannel): Promise<string | undefined> {
    if (this.#name !== undefined) return undefined;
    const name = this.#nameOf();
    try {
      await control.use((channel) => channel.assertQueue(name, this.#options));
    } catch (error) {
      if (!this.isKept || (error as { readonly code?: unknown }).code !== 406) throw error;
      // It is there already, of another type: what it has collected counts more than how.
      await control.use((channel) => channel.checkQueue(name));
    }
    this.#name = name;
    return name;
  }

  async bind(control: ControlChannel, key: string): Promise<void> {
    const count = this.#keys.get(key) ?? 0;
    if (count === 0) await this.rebind(control, key);
    this.#keys.set(key, count + 1);
  }

  /** Binds a known key anew. */
  async rebind(control: ControlChannel, key: string): Promise<void> {
    const name = this.#name ?? '';
    await control.use((channel) => channel.bindQueue(name, EXCHANGE, key));
  }

  async unbind(control: ControlChannel, key: string): Promise<void> {
    const count = this.#keys.get(key) ?? 0;
    if (count > 1) this.#keys.set(key, count - 1);
    else if (this.#keys.delete(key)) await this.release(control, key);
  }

  /** Ends a binding, whoever still counts on it. */
  async release(control: ControlChannel, key: string): Promise<void> {
    const name = this.#name ?? '';
    await control.use((channel) => channel.unbindQueue(name, EXCHANGE, key));
  }

  /** Forgets a key that is not bound. */
  lose(key: string): void {
    this.#keys.delete(key);
  }

  /** Deletes a kept queue; the others end with their connection. */
  async remove(control: ControlChannel): Promise<void> {
    const name = this.#name;
    if (name !== undefined) await control.use((channel) => channel.deleteQueue(name));
  }
}
