import { frames, idOf } from './frames.ts';
import type { Peer } from './peer.ts';

type Frames = readonly Uint8Array[];

/** Answers a request of the subsystem `pubsub`. */
export function reply(peer: Peer, message: Frames, operation: Uint8Array, value: Uint8Array): void {
  peer.send([frames.empty, frames.signature, peer.userFrame, idOf(message), frames.pubsub, operation, value]);
}

export const respond = (peer: Peer, message: Frames, value: Uint8Array): void => {
  reply(peer, message, frames.requestResponse, value);
};
