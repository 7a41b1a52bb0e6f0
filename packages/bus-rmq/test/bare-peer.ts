import { connect, credentials } from 'amqplib';
import type { ChannelModel, ConsumeMessage, ConfirmChannel } from 'amqplib';
import { decodeText, encodeText } from '@volttron-ts/vip-core';
import { decodeAmqp, encodeAmqp } from '../src/index.ts';
import type { QualifiedMessage } from '../src/index.ts';
import type { AmqpTls } from '../src/amqp-link.ts';

/** A bare AMQP peer of tests, which says what it wants. */
export class BarePeer implements AsyncDisposable {
  readonly user: string;
  readonly connection: ChannelModel;
  readonly channel: ConfirmChannel;
  readonly received: ConsumeMessage[] = [];
  onMessage: (message: ConsumeMessage) => void = () => undefined;
  #waiting: (() => void)[] = [];

  private constructor(user: string, connection: ChannelModel, channel: ConfirmChannel) {
    this.user = user;
    this.connection = connection;
    this.channel = channel;
  }

  /** Connects, with a queue of its own that is bound to these keys. */
  static async connect(user: string, port: number, tls: AmqpTls, keys: readonly string[] = [user]): Promise<BarePeer> {
    const { servername = 'localhost', ...pems } = tls;
    const connection = await connect(
      { protocol: 'amqps', hostname: '127.0.0.1', port, vhost: 'volttron', heartbeat: 20 },
      { ...pems, servername, credentials: credentials.external(), noDelay: true },
    );
    connection.on('error', () => undefined);
    const channel = await connection.createConfirmChannel();
    channel.on('error', () => undefined);
    const peer = new BarePeer(user, connection, channel);
    await channel.assertQueue(user, { exclusive: true, autoDelete: true, durable: false });
    for (const key of keys) await channel.bindQueue(user, 'volttron', key);
    await channel.consume(user, (message) => {
      if (message === null) return;
      channel.ack(message);
      peer.received.push(message);
      peer.onMessage(message);
      for (const wake of peer.#waiting.splice(0)) wake();
    });
    return peer;
  }

  /** The first message, received or still to come, that the test wants. */
  async message(wanted: (message: ConsumeMessage) => boolean): Promise<ConsumeMessage> {
    for (;;) {
      const found = this.received.find(wanted);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Sends as the sender of an agent's message says. */
  send(message: Omit<QualifiedMessage, 'verified'>, userId = this.user): void {
    const { routingKey, properties, content } = encodeAmqp(message, userId);
    this.channel.publish('volttron', routingKey, content, properties);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.connection.close().catch(() => undefined);
  }
}

/** A platform's router, as far as connections need one: it answers hello and ping. */
export async function stubRouter(port: number, tls: AmqpTls, instance = 'central'): Promise<BarePeer> {
  const user = `${instance}.router`;
  const router = await BarePeer.connect(user, port, tls);
  router.onMessage = (delivery) => {
    const { sender, id, subsystem } = decodeAmqp(delivery.fields.routingKey, delivery.properties, delivery.content);
    const words = subsystem === 'hello' ? ['welcome', '1.0', 'router', sender.split('.').slice(1).join('.')] : ['pong'];
    router.send({ sender: user, recipient: sender, user: '', id, subsystem, args: words.map(encodeText) });
  };
  return router;
}

export const bodyOf = ({ content }: ConsumeMessage): unknown => JSON.parse(decodeText(content));
