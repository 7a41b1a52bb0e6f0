import { encodeText } from '@volttron-ts/vip-core';
import type { PeerLink, SendResult } from '@volttron-ts/vip-core';

/** A connected peer with what the router needs of it for every message, computed once. */
export class Peer {
  readonly link: PeerLink;
  readonly identity: string;
  readonly identityFrame: Uint8Array;
  readonly userFrame: Uint8Array;
  /** Whether others were told of it: set by its first message, unset by `agentstop`. */
  listed = false;

  constructor(link: PeerLink) {
    this.link = link;
    this.identity = link.identity;
    this.identityFrame = encodeText(link.identity);
    this.userFrame = encodeText(link.user);
  }

  send(frames: readonly Uint8Array[]): SendResult {
    return this.link.send(frames);
  }
}
