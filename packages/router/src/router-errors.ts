import { encodeText } from '@volttron-ts/vip-core';
import { errorId, frames, idOf } from './frames.ts';
import type { Peer } from './peer.ts';

/** The errors a router answers: number and the C library's text on Linux (reference/vip-zmq.md §1.7). */
const wire = {
  unreachable: [encodeText('113'), encodeText('No route to host')],
  again: [encodeText('11'), encodeText('Resource temporarily unavailable')],
  unknownSubsystem: [encodeText('93'), encodeText('Protocol not supported')],
} as const;

export type RouterErrorKind = keyof typeof wire;

/** The error message that goes back to the sender of a message that could not be served. */
export function errorFrames(
  kind: RouterErrorKind,
  user: Uint8Array,
  id: Uint8Array,
  recipient: Uint8Array,
  subsystem: Uint8Array,
): Uint8Array[] {
  return [frames.empty, frames.signature, user, errorId(id), frames.error, ...wire[kind], recipient, subsystem];
}

/** Refusals of the router's own: JSON-RPC's numbers where the original has them, errno 90 for what is too long. */
const refusals = {
  invalid: encodeText('-32600'),
  unauthorized: encodeText('-32001'),
  tooLong: encodeText('90'),
} as const;

/**
 * Refuses a message of a peer with a text for people. Ours and Python's agents take any number they do not know as a
 * failure of what they asked.
 */
export function refuse(
  peer: Peer,
  message: readonly Uint8Array[],
  kind: keyof typeof refusals,
  text: string,
  { recipient, subsystem }: { readonly recipient: Uint8Array; readonly subsystem: Uint8Array },
): void {
  const head = [frames.empty, frames.signature, peer.userFrame, errorId(idOf(message)), frames.error];
  peer.send([...head, refusals[kind], encodeText(text), recipient, subsystem]);
}
