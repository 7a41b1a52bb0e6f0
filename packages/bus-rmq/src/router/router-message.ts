import { decodeText, ProtocolError, SIGNATURE, encodeText } from '@volttron-ts/vip-core';
import { encodeAmqp } from '../amqp-message.ts';
import type { AmqpMessage, QualifiedMessage } from '../amqp-message.ts';
import { qualify, ROUTER, splitQualified } from '../names.ts';

/** Positions in the DEALER's view (reference/vip-zmq.md §1.2). */
const at = { peer: 0, user: 2, id: 3, subsystem: 4, args: 5 } as const;

const NONE = new Uint8Array();
const SIGNATURE_FRAME = encodeText(SIGNATURE);

/** A message as the router's frames name it. */
export interface RouterMessage {
  /** `''` is the router itself. */
  readonly sender: string;
  /** The sender's user. */
  readonly user: string;
  readonly id: string;
  readonly subsystem: string;
  readonly args: readonly Uint8Array[];
}

/** What the router sends to a peer. */
export function readFrames(frames: readonly Uint8Array[]): RouterMessage {
  const text = (index: number): string => decodeText(frames[index] ?? NONE);
  return {
    sender: text(at.peer),
    user: text(at.user),
    id: text(at.id),
    subsystem: text(at.subsystem),
    args: frames.slice(at.args),
  };
}

/** What a peer sends to the router, or through it. */
export function makeFrames({ recipient, id, subsystem, args }: QualifiedMessage): Uint8Array[] {
  const { peer } = splitQualified(recipient);
  return [encodeText(peer), SIGNATURE_FRAME, NONE, encodeText(id), encodeText(subsystem), ...args];
}

/** A message of the router or of a peer behind it to a peer on the bus, in Python's form (reference/rmq-web-csr.md §1.6). */
export function toAmqp(instance: string, recipient: string, message: RouterMessage): AmqpMessage {
  const { sender, user, id, subsystem, args } = message;
  return encodeAmqp(
    {
      sender: qualify(instance, sender),
      recipient: qualify(instance, recipient),
      user: user === '' ? '' : qualify(instance, user),
      id,
      subsystem,
      args,
    },
    qualify(instance, ''),
    sender === '' ? valuesOf(instance, subsystem, args.map(decodeText)) : undefined,
  );
}

/** Where Python expects other values than ZMQ's frames. */
function valuesOf(instance: string, subsystem: string, args: readonly string[]): readonly unknown[] | undefined {
  if (subsystem === 'hello') return args.map((arg, index) => (index === 2 ? ROUTER : arg));
  if (subsystem === 'query') return ['', propertyOf(args[1] ?? ''), ''];
  if (subsystem !== 'error') return undefined;
  const [number = '', text, recipient = '', ...rest] = args;
  return [Number(number), text, qualify(instance, recipient), ...rest];
}

function propertyOf(text: string): unknown {
  if (text === '') return null;
  return text.startsWith('[') ? (JSON.parse(text) as unknown) : text;
}

/** The answer to a message that found no queue (reference/rmq-web-csr.md §1.6). */
export function unroutable(instance: string, { sender, recipient, id, subsystem }: QualifiedMessage): AmqpMessage {
  const router = qualify(instance, '');
  const error = { sender: router, recipient: sender, user: '', id, subsystem: 'error', args: [] };
  return encodeAmqp(error, router, [113, 'No route to host', recipient, subsystem]);
}

/** Whose queue a message is for. Throws ProtocolError for one of another platform. */
export function recipientOn(instance: string, key: string): string {
  const to = splitQualified(key);
  if (to.instance === instance) return to.peer;
  throw new ProtocolError('A message is for a peer of another platform.', { item: 'recipient', value: key });
}
