import { ProtocolError } from './errors.ts';
import { decodeText, encodeText, equalsAscii } from './text.ts';

/** The signature of every VIP message (reference/vip-zmq.md §1.2). */
export const SIGNATURE = 'VIP1';

/** One VIP message as an agent sees it. */
export interface VipMessage {
  /** The recipient of a message that is sent, the sender of one that is received; `''` is the router. */
  readonly peer: string;
  /** The authenticated user of the sender; blank in a message that is sent. */
  readonly user: string;
  /** Chosen by the sender and echoed in answers. */
  readonly id: string;
  readonly subsystem: string;
  readonly args: readonly Uint8Array[];
}

/** What an agent hands to its bus: the user is the bus's business. */
export type OutgoingMessage = Omit<VipMessage, 'user'>;

const signature = encodeText(SIGNATURE);
const empty = new Uint8Array(0);
const subsystems = new Map<string, Uint8Array>();

function encodeSubsystem(name: string): Uint8Array {
  let bytes = subsystems.get(name);
  if (bytes === undefined) {
    bytes = encodeText(name);
    if (subsystems.size < 64) subsystems.set(name, bytes);
  }
  return bytes;
}

const encodeShort = (text: string): Uint8Array => (text === '' ? empty : encodeText(text));

/** Frames of the DEALER's view: peer, `VIP1`, user, id, subsystem, arguments. */
export function encodeMessage(message: OutgoingMessage & { readonly user?: string }): Uint8Array[] {
  return [
    encodeShort(message.peer),
    signature,
    encodeShort(message.user ?? ''),
    encodeShort(message.id),
    encodeSubsystem(message.subsystem),
    ...message.args,
  ];
}

/** Reads the frames of the DEALER's view; throws ProtocolError when they are no VIP message. */
export function decodeMessage(frames: readonly Uint8Array[]): VipMessage {
  const [peer, sign, user, id, subsystem] = frames;
  if (peer === undefined || sign === undefined || user === undefined || id === undefined || subsystem === undefined) {
    throw new ProtocolError(`A VIP message has at least 5 frames, this one has ${frames.length}.`, { item: 'frames' });
  }
  if (!equalsAscii(sign, SIGNATURE)) {
    throw new ProtocolError('A VIP message starts with VIP1.', { item: 'signature', value: decodeText(sign) });
  }
  return {
    peer: decodeText(peer),
    user: decodeText(user),
    id: decodeText(id),
    subsystem: decodeText(subsystem),
    args: frames.slice(5),
  };
}
