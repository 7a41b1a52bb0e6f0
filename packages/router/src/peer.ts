import { encodeText } from '@volttron-ts/vip-core';
import type { Logger, PeerLink, SendResult } from '@volttron-ts/vip-core';
import type { PeerLimits } from './peer-limits.ts';
import { TokenBucket } from './token-bucket.ts';

/** Names under which routers of other platforms connect; what they may do follows from their key. */
const PLATFORM_LINK = 'instance.';

/** Lines about one peer: what it does wrong a thousand times is told a few times. */
const COMPLAINTS = { perSecond: 1 / 60, burst: 3 };

/** A connected peer with what the router needs of it for every message, computed once. */
export class Peer {
  readonly link: PeerLink;
  readonly identity: string;
  readonly identityFrame: Uint8Array;
  readonly userFrame: Uint8Array;
  /** The router of another platform: it talks to this router only, and nobody addresses it. */
  readonly isPlatform: boolean;
  /** Whether others were told of it: set by its first message, unset by `agentstop`. */
  listed = false;
  readonly #publishes: TokenBucket | undefined;
  readonly #complaints: TokenBucket;
  /** Complaints that were not logged since the last that was. */
  #untold = 0;

  /** `now` is monotonic, in ms. */
  constructor(link: PeerLink, limits: PeerLimits, now: () => number) {
    this.link = link;
    this.identity = link.identity;
    this.identityFrame = encodeText(link.identity);
    this.userFrame = encodeText(link.user);
    this.isPlatform = !link.trusted && link.identity.startsWith(PLATFORM_LINK);
    this.#publishes = link.trusted ? undefined : new TokenBucket(limits.publishes, now);
    this.#complaints = new TokenBucket(COMPLAINTS, now);
  }

  send(frames: readonly Uint8Array[]): SendResult {
    return this.link.send(frames);
  }

  /** Counts a publication; false when it is above the peer's rate. */
  countPublication(): boolean {
    return this.#publishes?.take() ?? true;
  }

  /** Logs what this peer did, but not every time: the next line counts what was left out. */
  complain(log: Logger, message: string, fields: Readonly<Record<string, unknown>> = {}): void {
    if (!this.#complaints.take()) {
      this.#untold += 1;
      return;
    }
    const left = this.#untold === 0 ? {} : { untold: this.#untold };
    this.#untold = 0;
    log.warn(message, { peer: this.identity, ...fields, ...left });
  }
}
