import { appendSender, decodePublishBody, ProtocolError, scanPublishBody } from '@volttron-ts/vip-core';
import type { RelayedPublication } from '@volttron-ts/vip-core';
import { JSON_TYPE, readEnvelope } from './amqp-message.ts';
import { readTopicKey, topicKey } from './names.ts';

/** A publication of an agent, on its way to the exchange (reference/rmq-web-csr.md §1.7). */
export interface OutgoingPublication {
  readonly instance: string;
  readonly identity: string;
  readonly id: string;
  readonly topic: string;
  /** As the publisher gave it, without a sender. */
  readonly body: Uint8Array;
}

/** AMQP properties of a publication, in amqplib's spelling. */
export interface PublicationProperties {
  readonly appId: string;
  readonly type: string;
  readonly messageId: string;
  readonly contentType: string;
  readonly userId: string;
  /** Kept on disk by queues that are. */
  readonly deliveryMode: number;
  readonly headers: Readonly<Record<string, string>>;
}

const PUBSUB = 'pubsub';
const PERSISTENT = 2;

/** A publication as it is handed to the broker. */
export interface AmqpPublication {
  readonly routingKey: string;
  readonly properties: PublicationProperties;
  readonly content: Buffer;
}

/** Throws ProtocolError for a body that is none, InvalidValueError for a topic that does not fit into a key. */
export function encodePublication(publication: OutgoingPublication, userId: string): AmqpPublication {
  const { identity, body } = publication;
  const whole = appendSender(body, scanPublishBody(body).closing, identity);
  return encodeWhole({ ...publication, body: whole, user: identity }, userId);
}

/** The same for a body with its sender. Throws InvalidValueError for a topic that does not fit into a key. */
export function encodeWhole(
  { instance, identity, user, id, topic, body }: RelayedPublication & { readonly instance: string },
  userId: string,
): AmqpPublication {
  return {
    routingKey: topicKey(instance, topic),
    properties: {
      appId: `${instance}.${identity}`,
      type: PUBSUB,
      messageId: id,
      contentType: JSON_TYPE,
      userId,
      deliveryMode: PERSISTENT,
      headers: { recipient: '', proto: 'VIP', user, topic },
    },
    content: Buffer.from(body.buffer, body.byteOffset, body.byteLength),
  };
}

/** A publication as it came from the broker. */
export interface IncomingPublication {
  /** Of the platform under whose name it was published. */
  readonly instance: string;
  readonly topic: string;
  /** Qualified. */
  readonly sender: string;
  readonly user: string;
  readonly verified: string | undefined;
  readonly id: string;
  /** With its sender. */
  readonly body: Uint8Array;
}

/** Throws ProtocolError for what is no publication. */
export function decodePublication(
  routingKey: string,
  properties: { readonly [name in keyof PublicationProperties]?: unknown },
  content: Uint8Array,
): IncomingPublication {
  const envelope = readEnvelope(properties);
  if (envelope.sender === '') throw new ProtocolError('A publication names its sender.', { item: 'app_id' });
  const { instance, topic } = readTopicKey(routingKey);
  const exact = (properties.headers as Readonly<Record<string, unknown>> | undefined)?.['topic'];
  return {
    ...envelope,
    instance,
    // Keys have lost which dots were slashes; Python's publications know no better.
    topic: typeof exact === 'string' && isKeyOf(exact, instance, routingKey) ? exact : topic,
    body: content,
  };
}

function isKeyOf(topic: string, instance: string, routingKey: string): boolean {
  try {
    return topicKey(instance, topic) === routingKey;
  } catch {
    return false;
  }
}

/** The sender that stands in a body. Throws ProtocolError for what is no publish body. */
export function senderOf(body: Uint8Array, expected: string): string {
  const { closing } = scanPublishBody(body);
  return endsWithSender(body, closing, expected) ? expected : decodePublishBody(body).sender;
}

const encoder = new TextEncoder();
let last: { readonly expected: string; readonly member: Uint8Array } = { expected: '', member: new Uint8Array() };

/**
 * Whether the last member of the object is that sender, as our publishers write it: quotes before and after a name are
 * not escaped there, so this cannot stand within a text, and of members with one name the last one counts.
 */
function endsWithSender(body: Uint8Array, closing: number, expected: string): boolean {
  if (last.expected !== expected) {
    last = { expected, member: encoder.encode(`,"sender":${JSON.stringify(expected)}`) };
  }
  const { member } = last;
  const from = closing - member.length;
  if (from < 0) return false;
  for (let at = 0; at < member.length; at++) if (body[from + at] !== member[at]) return false;
  return true;
}

/** The body under a sender that names its platform too, as a ZMQ router hands on what other platforms publish. */
export function underPlatform(body: Uint8Array, instance: string): Uint8Array {
  return appendSender(body, scanPublishBody(body).closing, `${instance}.${decodePublishBody(body).sender}`);
}
