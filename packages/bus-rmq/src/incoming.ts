import type { ConsumeMessage } from 'amqplib';
import { ProtocolError } from '@volttron-ts/vip-core';
import type { VipMessage } from '@volttron-ts/vip-core';
import type { QualifiedMessage } from './amqp-message.ts';
import { DeliveryReader } from './delivery-reader.ts';
import { envelopeOf } from './external-calls.ts';
import { localAnswers } from './local-answers.ts';

/** What deliveries of the broker are to an agent. Both readers throw VipError for what it is not to see. */
export class Incoming {
  readonly #instance: string;
  readonly #identity: string;
  readonly #reader: DeliveryReader;

  constructor(instance: string, identity: string) {
    this.#instance = instance;
    this.#identity = identity;
    this.#reader = new DeliveryReader(instance);
  }

  /** A message from the agent's own queue. */
  message(delivery: ConsumeMessage): VipMessage {
    const { speaker, message } = this.#reader.message(delivery);
    if (!this.#reader.speakers.isOwn(speaker)) return this.#ofPlatform(message);
    const { peer, user } = speaker;
    const { id, subsystem, args } = message;
    // Its work is done by the broker here; who does not vouch for a publication would use this way around the checks.
    if (peer === '' && subsystem === 'pubsub') {
      throw new ProtocolError('Publications come by the queues of subscriptions only.', {
        item: 'type',
        value: subsystem,
      });
    }
    return { peer, user, id, subsystem, args };
  }

  /** A publication from a queue of subscriptions, as a ZMQ router delivers it. */
  publication(delivery: ConsumeMessage): VipMessage {
    const { speaker, id, topic, body } = this.#reader.publication(delivery);
    return localAnswers.delivery(speaker.user, id, topic, body);
  }

  /** Only calls, answers to calls, and errors about them cross platforms. */
  #ofPlatform(message: QualifiedMessage): VipMessage {
    const { sender, id, subsystem, args } = message;
    if (subsystem === 'RPC') return localAnswers.fromPlatform(id, envelopeOf(message, this.#instance, this.#identity));
    if (subsystem === 'error') return { peer: sender, user: '', id, subsystem, args };
    throw new ProtocolError(`Only calls come from other platforms, not ${subsystem.slice(0, 40)}.`, {
      item: 'app_id',
      value: sender,
    });
  }
}
