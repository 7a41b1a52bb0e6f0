import { randomUUID } from 'node:crypto';
import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib';
import { topicKey } from './names.ts';
import type { Subscription } from './queue-subscribe.ts';
import { ControlChannel, SubscriptionQueue } from './subscription-queue.ts';

export interface SubscriptionsOptions {
  readonly instance: string;
  /** `<instance>.<identity>` */
  readonly user: string;
  /** Several nodes: what is to survive the loss of one is a quorum queue. */
  readonly isCluster: boolean;
  deliver(delivery: ConsumeMessage, channel: Channel, isKept: boolean): void;
  /** The broker no longer grants a subscription that it had granted. */
  withdrawn(subscription: Subscription, error: Error): void;
  /** The queues cannot be restored: the connection is to be made anew. */
  broken(error: unknown): void;
}

/** What the broker did not grant. */
export class RefusedSubscription extends Error {
  readonly subscription: Subscription;
  constructor(subscription: Subscription, cause: Error) {
    super(cause.message, { cause });
    this.subscription = subscription;
  }
}

const keyOf = (subscription: Subscription): string => JSON.stringify(Object.values(subscription));

/**
 * Subscriptions as bindings: all that are not persistent share one queue, to which the broker delivers a publication once
 * however many of its bindings match. They stand over reconnects.
 */
export class Subscriptions {
  readonly #options: SubscriptionsOptions;
  readonly #held = new Map<string, Subscription>();
  /** By the names of persistent ones; the shared one has none. */
  readonly #queues = new Map<string | undefined, SubscriptionQueue>();
  #control: ControlChannel | undefined;
  #channel: Channel | undefined;

  constructor(options: SubscriptionsOptions) {
    this.#options = options;
  }

  get all(): readonly Subscription[] {
    return [...this.#held.values()];
  }

  isAttached(): boolean {
    return this.#control !== undefined;
  }

  /** Restores everything over a new connection; deliveries come over `channel`. */
  async attach(connection: ChannelModel, channel: Channel): Promise<void> {
    const control = new ControlChannel(connection);
    for (const [name, queue] of this.#queues) await this.#restore(name, queue, control, channel);
    this.#control = control;
    this.#channel = channel;
  }

  detach(): void {
    this.#control = undefined;
    this.#channel = undefined;
    for (const queue of this.#queues.values()) queue.forget();
  }

  /** Throws RefusedSubscription for the first that the broker does not grant; then none of them stands. */
  async add(subscriptions: readonly Subscription[]): Promise<void> {
    const added: Subscription[] = [];
    for (const subscription of subscriptions) {
      if (this.#held.has(keyOf(subscription))) continue;
      try {
        await this.#bind(subscription);
        added.push(subscription);
      } catch (error) {
        await this.remove(added);
        throw new RefusedSubscription(subscription, error as Error);
      }
    }
  }

  async remove(subscriptions: readonly Subscription[]): Promise<void> {
    for (const subscription of subscriptions) {
      if (!this.#held.delete(keyOf(subscription))) continue;
      const { persistentQueue } = subscription;
      const queue = this.#queues.get(persistentQueue);
      if (queue === undefined) continue;
      await queue.unbind(this.#attached(), this.#keyOf(subscription));
      if (!queue.isKept || queue.keys.length > 0) continue;
      this.#queues.delete(persistentQueue);
      await queue.remove(this.#attached());
    }
  }

  #keyOf({ prefix, allPlatforms }: Subscription): string {
    return topicKey(allPlatforms ? '*' : this.#options.instance, prefix);
  }

  #attached(): ControlChannel {
    if (this.#control === undefined) throw new Error('not connected');
    return this.#control;
  }

  async #bind(subscription: Subscription): Promise<void> {
    const key = this.#keyOf(subscription);
    const control = this.#attached();
    const queue = this.#queueOf(subscription.persistentQueue);
    const name = await queue.declare(control);
    if (name !== undefined && this.#channel !== undefined) {
      await this.#consume(subscription.persistentQueue, name, this.#channel);
    }
    await queue.bind(control, key);
    this.#held.set(keyOf(subscription), subscription);
  }

  #queueOf(persistent: string | undefined): SubscriptionQueue {
    const known = this.#queues.get(persistent);
    if (known !== undefined) return known;
    const { user, isCluster } = this.#options;
    const queue =
      persistent === undefined
        ? new SubscriptionQueue(() => `${user}.pubsub.${randomUUID()}`, 'exclusive')
        : new SubscriptionQueue(() => `${user}.pubsub.persistent.${persistent}`, isCluster ? 'quorum' : 'durable');
    this.#queues.set(persistent, queue);
    return queue;
  }

  async #restore(
    persistent: string | undefined,
    queue: SubscriptionQueue,
    control: ControlChannel,
    channel: Channel,
  ): Promise<void> {
    const name = await queue.declare(control);
    for (const key of queue.keys) {
      try {
        await queue.rebind(control, key);
      } catch (error) {
        if ((error as { readonly code?: unknown }).code !== 403) throw error;
        queue.lose(key);
        this.#withdraw(persistent, key, error as Error);
      }
    }
    if (name !== undefined) await this.#consume(persistent, name, channel);
  }

  #withdraw(persistent: string | undefined, key: string, error: Error): void {
    for (const [id, subscription] of this.#held) {
      if (subscription.persistentQueue !== persistent || this.#keyOf(subscription) !== key) continue;
      this.#held.delete(id);
      this.#options.withdrawn(subscription, error);
    }
  }

  async #consume(persistent: string | undefined, name: string, channel: Channel): Promise<void> {
    const isKept = persistent !== undefined;
    await channel.consume(name, (delivery) => {
      if (delivery === null) this.#cancelled(persistent, channel);
      else this.#options.deliver(delivery, channel, isKept);
    });
  }

  /** Somebody deleted the queue. */
  #cancelled(persistent: string | undefined, channel: Channel): void {
    const queue = this.#queues.get(persistent);
    if (queue === undefined || this.#control === undefined || this.#channel !== channel) return;
    queue.forget();
    this.#restore(persistent, queue, this.#control, channel).catch((error: unknown) => {
      this.#options.broken(error);
    });
  }
}
