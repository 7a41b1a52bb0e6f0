import type { ChannelModel } from 'amqplib';
import { VipError } from '@volttron-ts/vip-core';
import type { Logger, RelayedPublication, SendResult } from '@volttron-ts/vip-core';
import type { QualifiedMessage } from '../amqp-message.ts';
import { encodeWhole } from '../amqp-publication.ts';
import { ConfirmedChannel } from '../confirmed-channel.ts';
import type { Sending } from '../confirmed-channel.ts';
import { brokerText } from '../explain-failure.ts';
import { qualify } from '../names.ts';
import { SendWindow } from '../send-window.ts';
import { toAmqp, unroutable } from './router-message.ts';
import type { RouterMessage } from './router-message.ts';

export interface OutgoingOptions {
  readonly instance: string;
  readonly log: Logger;
}

/** What the router sends to the bus. Messages are lost with a connection, as on ZMQ; publications are sent again. */
export class Outgoing {
  readonly window = new SendWindow();
  readonly #options: OutgoingOptions;
  readonly #messages: ConfirmedChannel<Sending>;
  readonly #publications: ConfirmedChannel<Sending>;
  #isUp = false;
  #isLosing = false;

  constructor(options: OutgoingOptions) {
    this.#options = options;
    this.#messages = this.#makeChannel(false);
    this.#publications = this.#makeChannel(true);
  }

  #makeChannel(resends: boolean): ConfirmedChannel<Sending> {
    const lost = ({ routingKey }: Sending, error?: Error): void => {
      const reason = error === undefined ? 'it is short of memory or disk' : brokerText(error.message);
      this.#options.log.warn('the broker did not take a message', { key: routingKey, reason });
    };
    return new ConfirmedChannel<Sending>({
      ...{ window: this.window, resends },
      confirmed: () => undefined,
      failed: lost,
      refused: lost,
      returned: () => undefined,
    });
  }

  /** Holds back what the broker would not take at present. */
  watch(connection: ChannelModel): void {
    connection.on('blocked', (reason) => {
      this.#options.log.warn('the broker takes nothing at present', { reason });
      this.window.block(true);
    });
    connection.on('unblocked', () => {
      this.window.block(false);
    });
  }

  async attach(connection: ChannelModel): Promise<void> {
    await this.#messages.attach(connection);
    await this.#publications.attach(connection);
    this.#isUp = true;
  }

  detach(): void {
    this.#isUp = false;
    this.#messages.detach();
    this.#publications.detach();
    this.window.block(false);
  }

  /** `full` while the broker is away, too: its peers are there, as far as one knows. */
  send(peer: string, message: RouterMessage): SendResult {
    if (!this.#isUp || this.window.full) return 'full';
    const { routingKey, properties, content } = toAmqp(this.#options.instance, peer, message);
    this.#messages.send({ routingKey, content, options: properties });
    return 'sent';
  }

  /** Answers for a peer that is not there. */
  bounce(message: QualifiedMessage): void {
    if (!this.#isUp || this.window.full) return;
    const { routingKey, properties, content } = unroutable(this.#options.instance, message);
    this.#messages.send({ routingKey, content, options: properties });
  }

  /** While the broker is away, as much is kept for it as may be on its way. */
  publish(publication: RelayedPublication): SendResult {
    if (this.window.full) {
      if (!this.#isLosing)
        this.#options.log.warn('subscribers on RabbitMQ miss publications: the broker is too slow or away');
      this.#isLosing = true;
      return 'full';
    }
    this.#isLosing = false;
    const { instance, log } = this.#options;
    try {
      const whole = { ...publication, instance };
      const { routingKey, properties, content } = encodeWhole(whole, qualify(instance, ''));
      this.#publications.send({ routingKey, content, options: properties });
      return 'sent';
    } catch (error) {
      if (!(error instanceof VipError)) throw error;
      log.warn('a publication does not fit onto RabbitMQ', { reason: error.line });
      return 'closed';
    }
  }
}
