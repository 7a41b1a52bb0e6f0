import { encodeText } from '@volttron-ts/vip-core';
import { errorId, frames } from './frames.ts';

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
