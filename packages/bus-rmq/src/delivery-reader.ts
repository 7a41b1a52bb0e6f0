import type { ConsumeMessage } from 'amqplib';
import { decodeText, encodeText, ProtocolError } from '@volttron-ts/vip-core';
import { decodeAmqp } from './amqp-message.ts';
import type { QualifiedMessage } from './amqp-message.ts';
import { decodePublication, senderOf, underPlatform } from './amqp-publication.ts';
import { ROUTER } from './names.ts';
import { Speakers } from './speaker.ts';
import type { Speaker } from './speaker.ts';

export interface ReadMessage {
  readonly speaker: Speaker;
  /** Errors name the recipient of what failed as ZMQ does. */
  readonly message: QualifiedMessage;
}

export interface ReadPublication {
  readonly speaker: Speaker;
  readonly id: string;
  readonly topic: string;
  /** With its sender; one of another platform is under that platform's name. */
  readonly body: Uint8Array;
  readonly isForeign: boolean;
}

const forged = (what: string, sender: string, verified: string | undefined): ProtocolError =>
  new ProtocolError(`A ${what} of "${String(verified)}" claims to be of "${sender}".`, {
    item: 'app_id',
    value: sender,
  });

/** What deliveries say and who says it, on one instance's bus. Both readers throw VipError for malformed and forged ones. */
export class DeliveryReader {
  readonly speakers: Speakers;
  readonly #instance: string;

  constructor(instance: string) {
    this.#instance = instance;
    this.speakers = new Speakers(instance);
  }

  message({ fields, properties, content }: ConsumeMessage): ReadMessage {
    const message = decodeAmqp(fields.routingKey, properties, content);
    const speaker = this.speakers.of(message);
    if (speaker === undefined) throw forged('message', message.sender, message.verified);
    if (message.subsystem !== 'error' || !this.speakers.isOwn(speaker)) return { speaker, message };
    return { speaker, message: { ...message, args: this.#errorArgs(message.args) } };
  }

  publication({ fields, properties, content }: ConsumeMessage): ReadPublication {
    const publication = decodePublication(fields.routingKey, properties, content);
    const { sender, verified, id, topic, instance, body } = publication;
    const speaker = this.speakers.of(publication);
    if (speaker === undefined) throw forged('publication', sender, verified);
    const isForeign = instance !== this.#instance;
    const named = senderOf(body, speaker.peer);
    if (speaker.isVerified && !speaker.isByRouter && (isForeign || named !== speaker.peer)) {
      throw forged('publication', `${instance}.${named}`, verified);
    }
    return { speaker, id, topic, body: isForeign ? underPlatform(body, instance) : body, isForeign };
  }

  /** The recipient of the failed message is a qualified name here (reference/rmq-web-csr.md §1.6). */
  #errorArgs(args: readonly Uint8Array[]): readonly Uint8Array[] {
    const [number, text, recipient, ...rest] = args;
    if (number === undefined || text === undefined || recipient === undefined || rest.length === 0) return args;
    const name = this.speakers.bare(decodeText(recipient));
    return [number, text, encodeText(name === ROUTER ? '' : name), ...rest];
  }
}
