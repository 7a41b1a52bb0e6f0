import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib';
import { serviceAliases } from '@volttron-ts/vip-core';
import type { Logger } from '@volttron-ts/vip-core';
import { brokerText } from '../explain-failure.ts';
import { EXCHANGE, qualify } from '../names.ts';
import { ControlChannel } from '../subscription-queue.ts';

export interface PeerQueuesOptions {
  readonly instance: string;
  readonly log: Logger;
  readonly deliver: (delivery: ConsumeMessage) => void;
}

const exclusive = { exclusive: true, autoDelete: true, durable: false };

/**
 * The queues of the router and of the peers behind it. The broker lets nobody else have a queue of that name, so an
 * identity is taken once on a platform, whichever bus its bearer is on.
 */
export class PeerQueues {
  readonly #options: PeerQueuesOptions;
  readonly #peers = new Set<string>(['']);
  #control: ControlChannel | undefined;
  #channel: Channel | undefined;
  /** Queues are made and deleted one after another. */
  #changes: Promise<void> = Promise.resolve();

  constructor(options: PeerQueuesOptions) {
    this.#options = options;
  }

  /** Deliveries come over `channel`. Throws when the router's own queue cannot be had. */
  async attach(connection: ChannelModel, channel: Channel): Promise<void> {
    const control = new ControlChannel(connection);
    this.#control = control;
    this.#channel = channel;
    await this.#declare('', control, channel);
    for (const peer of this.#peers) if (peer !== '') await this.#tryDeclare(peer, control, channel);
  }

  detach(): void {
    this.#control = undefined;
    this.#channel = undefined;
  }

  has(peer: string): boolean {
    return this.#peers.has(peer);
  }

  add(peer: string): void {
    this.#peers.add(peer);
    this.#change((control, channel) => this.#tryDeclare(peer, control, channel));
  }

  drop(peer: string): void {
    this.#peers.delete(peer);
    this.#change(async (control) => {
      if (this.#peers.has(peer)) return;
      const name = qualify(this.#options.instance, peer);
      await control
        .use((channel) => channel.deleteQueue(name))
        .catch((error: unknown) => {
          this.#warn(peer, error);
        });
    });
  }

  #change(change: (control: ControlChannel, channel: Channel) => Promise<void>): void {
    const control = this.#control;
    const channel = this.#channel;
    if (control === undefined || channel === undefined) return;
    this.#changes = this.#changes.then(async () => {
      if (this.#control === control) await change(control, channel);
    });
  }

  async #tryDeclare(peer: string, control: ControlChannel, channel: Channel): Promise<void> {
    try {
      if (this.#peers.has(peer)) await this.#declare(peer, control, channel);
    } catch (error) {
      if (this.#control === control) this.#warn(peer, error);
    }
  }

  #warn(peer: string, error: unknown): void {
    const reason = brokerText(error instanceof Error ? error.message : String(error));
    this.#options.log.warn('peers on RabbitMQ cannot reach a peer of another bus', { peer, reason });
  }

  async #declare(peer: string, control: ControlChannel, channel: Channel): Promise<void> {
    const { instance, deliver } = this.#options;
    const name = qualify(instance, peer);
    await control.use((controlling) => controlling.assertQueue(name, exclusive));
    const aliases = Object.keys(serviceAliases).filter((alias) => serviceAliases[alias] === peer);
    for (const key of [peer, ...aliases]) await channel.bindQueue(name, EXCHANGE, qualify(instance, key));
    const consume = (delivery: ConsumeMessage | null): void => {
      if (delivery !== null) deliver(delivery);
      // Somebody deleted the queue.
      else if (this.#peers.has(peer)) this.#change(() => this.#tryDeclare(peer, control, channel));
    };
    // It ends with the connection, and so would what is not acknowledged.
    await channel.consume(name, consume, { noAck: true });
  }
}
