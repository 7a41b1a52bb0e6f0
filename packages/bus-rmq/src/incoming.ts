import type { ConsumeMessage } from 'amqplib';
import { decodeText, encodeText, ProtocolError } from '@volttron-ts/vip-core';
import type { VipMessage } from '@volttron-ts/vip-core';
import { decodeAmqp } from './amqp-message.ts';
import type { QualifiedMessage } from './amqp-message.ts';
import { decodePublication, senderOf, underPlatform } from './amqp-publication.ts';
import { envelopeOf } from './external-calls.ts';
import { localAnswers } from './local-answers.ts';
import { ROUTER } from './names.ts';
import { Speakers } from './speaker.ts';

const forged = (what: string, sender: string, verified: string | undefined): ProtocolError =>
  new ProtocolError(`A ${what} of "${String(verified)}" claims to be of "${sender}".`, {
    item: 'app_id',
    value: sender,
  });

/** What deliveries of the broker are to an agent. Both readers throw VipError for what it is not to see. */
export class Incoming {
  readonly #instance: string;
  readonly #identity: string;
  readonly #speakers: Speakers;

  constructor(instance: string, identity: string) {
    this.#instance = instance;
    this.#identity = identity;
    this.#speakers = new Speakers(instance);
  }

  /** A message from the agent's own queue. */
  message({ fields, properties, content }: ConsumeMessage): VipMessage {
    const message = decodeAmqp(fields.routingKey, properties, content);
    const speaker = this.#speakers.of(message);
    if (speaker === undefined) throw forged('message', message.sender, message.verified);
    if (!this.#speakers.isOwn(speaker)) return this.#ofPlatform(message);
    const { peer, user } = speaker;
    const { id, subsystem } = message;
    // Its work is done by the broker here; who does not vouch for a publication would use this way around the checks.
    if (peer === '' && subsystem === 'pubsub') {
      throw new ProtocolError('Publications come by the queues of subscriptions only.', {
        item: 'type',
        value: subsystem,
      });
    }
    return { peer, user, id, subsystem, args: subsystem === 'error' ? this.#errorArgs(message.args) : message.args };
  }

  /** A publication from a queue of subscriptions, as a ZMQ router delivers it. */
  publication({ fields, properties, content }: ConsumeMessage): VipMessage {
    const publication = decodePublication(fields.routingKey, properties, content);
    const { sender, verified, id, topic, instance, body } = publication;
    const speaker = this.#speakers.of(publication);
    if (speaker === undefined) throw forged('publication', sender, verified);
    const isForeign = instance !== this.#instance;
    const named = senderOf(body, speaker.peer);
    if (speaker.isVerified && !speaker.isByRouter && (isForeign || named !== speaker.peer)) {
      throw forged('publication', `${instance}.${named}`, verified);
    }
    return localAnswers.delivery(speaker.user, id, topic, isForeign ? underPlatform(body, instance) : body);
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

  /** The recipient of the failed message is a qualified name here (reference/rmq-web-csr.md §1.6). */
  #errorArgs(args: readonly Uint8Array[]): readonly Uint8Array[] {
    const [number, text, recipient, ...rest] = args;
    if (number === undefined || text === undefined || recipient === undefined || rest.length === 0) return args;
    const name = this.#speakers.bare(decodeText(recipient));
    return [number, text, encodeText(name === ROUTER ? '' : name), ...rest];
  }
}
