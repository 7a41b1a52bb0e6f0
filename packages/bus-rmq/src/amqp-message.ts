import { isUtf8 } from 'node:buffer';
import { decodeText, parseLooseJson, ProtocolError } from '@volttron-ts/vip-core';

/** AMQP properties of a VIP message (reference/rmq-web-csr.md §1.5), in amqplib's spelling. */
export interface AmqpProperties {
  /** The sender's own routing key. */
  readonly appId: string;
  /** The subsystem. */
  readonly type: string;
  readonly messageId: string;
  readonly contentType: string;
  /** Checked by the broker against the connection's user; Python agents leave it out. */
  readonly userId?: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What is published on the exchange. */
export interface AmqpMessage {
  readonly routingKey: string;
  readonly properties: AmqpProperties;
  readonly content: Buffer;
}

/** A VIP message between two qualified names. */
export interface QualifiedMessage {
  readonly sender: string;
  readonly recipient: string;
  /** The user that the sender claims in its headers; the broker knows nothing of it. */
  readonly user: string;
  /** The connection's user as the broker has checked it; undefined when the sender left it out. */
  readonly verified: string | undefined;
  readonly id: string;
  readonly subsystem: string;
  readonly args: readonly Uint8Array[];
}

const PROTO = 'VIP';
export const JSON_TYPE = 'application/json';
/** Arguments that are no text, which Python agents cannot send: their number of bytes (4, big endian), then these. */
export const FRAMES_TYPE = 'application/x-vip-frames';

/** `values` is the body where Python expects other than texts there. */
export function encodeAmqp(
  message: Omit<QualifiedMessage, 'verified'>,
  userId: string,
  values?: readonly unknown[],
): AmqpMessage {
  const { sender, recipient, user, id, subsystem, args } = message;
  const { contentType, content } = values === undefined ? encodeArguments(args) : encodeJson(values);
  return {
    routingKey: recipient,
    properties: {
      appId: sender,
      type: subsystem,
      messageId: id,
      contentType,
      userId,
      headers: { recipient, proto: PROTO, user },
    },
    content,
  };
}

interface Body {
  readonly contentType: string;
  readonly content: Buffer;
}

function encodeArguments(args: readonly Uint8Array[]): Body {
  const buffers = args.map((arg) => Buffer.from(arg.buffer, arg.byteOffset, arg.byteLength));
  if (buffers.every(isUtf8)) return encodeJson(buffers.map((arg) => arg.toString()));
  return { contentType: FRAMES_TYPE, content: Buffer.concat(buffers.flatMap((arg) => [sizeOf(arg), arg])) };
}

const encodeJson = (values: readonly unknown[]): Body => ({
  contentType: JSON_TYPE,
  content: Buffer.from(JSON.stringify(values)),
});

function sizeOf(arg: Uint8Array): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32BE(arg.length);
  return size;
}

/** Throws ProtocolError for what is no VIP message. */
export function decodeAmqp(
  routingKey: string,
  properties: { readonly [name in keyof AmqpProperties]?: unknown },
  content: Uint8Array,
): QualifiedMessage {
  const { sender, ...envelope } = readEnvelope(properties);
  const subsystem = textOf(properties.type);
  if (sender === '') throw new ProtocolError('A VIP message names its sender.', { item: 'app_id' });
  if (subsystem === '') throw new ProtocolError('A VIP message names its subsystem.', { item: 'type' });
  return {
    sender,
    ...envelope,
    recipient: routingKey,
    subsystem,
    args: properties.contentType === FRAMES_TYPE ? decodeFrames(content) : decodeJson(content),
  };
}

/** Whom a message or a publication is from, and its id: blank where it does not say. */
export function readEnvelope(properties: { readonly [name in keyof AmqpProperties]?: unknown }): Pick<
  QualifiedMessage,
  'sender' | 'user' | 'verified' | 'id'
> {
  const headers = (properties.headers ?? {}) as Readonly<Record<string, unknown>>;
  const verified = textOf(properties.userId);
  return {
    sender: textOf(properties.appId),
    user: textOf(headers['user']),
    verified: verified === '' ? undefined : verified,
    id: textOf(properties.messageId),
  };
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function decodeFrames(content: Uint8Array): Uint8Array[] {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const args: Uint8Array[] = [];
  for (let at = 0; at < content.length;) {
    const size = at + 4 > content.length ? Infinity : view.getUint32(at);
    if (at + 4 + size > content.length) {
      throw new ProtocolError('A VIP message ends within an argument.', { item: 'body', value: content.length });
    }
    args.push(content.subarray(at + 4, at + 4 + size));
    at += 4 + size;
  }
  return args;
}

/** A JSON array: texts are arguments, null is an empty one, anything else is the JSON text of one. */
function decodeJson(content: Uint8Array): Uint8Array[] {
  const text = decodeText(content);
  const body = parseLooseJson(text);
  if (!Array.isArray(body)) {
    throw new ProtocolError('The body of a VIP message is a JSON array.', { item: 'body', value: text.slice(0, 60) });
  }
  return body.map((arg: unknown) =>
    Buffer.from(typeof arg === 'string' ? arg : arg === null ? '' : JSON.stringify(arg)),
  );
}
