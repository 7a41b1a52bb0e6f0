import { encodeText } from '@volttron-ts/vip-core';
import type { Logger, PeerLink, SendResult } from '@volttron-ts/vip-core';
import type { PeerLimits } from './peer-limits.ts';
import { TokenBucket } from './token-bucket.ts';

/** Names under which routers of other platforms connect; what they may do follows from their key. */
const PLATFORM_LINK = 'instance.';

/** Lines about one peer: what it does wrong a thousand times is told a few times. */
const COMPLAINTS = { perSecond: 1 / 60, burst: 3 };

/** Each stop is told to every peer, and so is the next message, which ends it. */
const STOPS = { perSecond: 1, burst: 10 };

/** A connected peer with what the router needs of it for every message, computed once. */
export class Peer {
  readonly link: PeerLink;
  readonly identity: string;
  readonly identityFrame: Uint8Array;
  readonly userFrame: Uint8Array;
  readonly bus: 'zmq' | 'rmq';
  /** The router of another platform: it talks to this router only, and nobody addresses it. */
  readonly isPlatform: boolean;
  /** Whether others were told of it: set by its first message, unset by `agentstop`. */
  listed = false;
  readonly #publishes: TokenBucket | undefined;
  readonly #lookUps: TokenBucket | undefined;
  readonly #stops: TokenBucket;
  readonly #complaints: TokenBucket;
  /** Complaints that were not logged since the last that was. */
  #untold = 0;

  /** `now` is monotonic, in ms. */
  constructor(link: PeerLink, limits: PeerLimits, now: () => number) {
    this.link = link;
    this.identity = link.identity;
    this.identityFrame = encodeText(link.identity);
    this.userFrame = encodeText(link.user);
    this.bus = link.bus ?? 'zmq';
    this.isPlatform = !link.trusted && link.identity.startsWith(PLATFORM_LINK);
    this.#publishes = link.trusted ? undefined : new TokenBucket(limits.publishes, now);
    this.#lookUps = link.trusted ? undefined : new TokenBucket(limits.lookUps, now);
    this.#stops = new TokenBucket(STOPS, now);
    this.#complaints = new TokenBucket(COMPLAINTS, now);
  }

  send(frames: readonly Uint8Array[]): SendResult {
    return this.link.send(frames);
  }

  /** Counts a publication; false when it is above the peer's rate. */
  countPublication(): boolean {
    return this.#publishes?.take() ?? true;
  }

  /** Counts a request by how many entries of a list it makes the router go through; false when it is above the rate. */
  countLookUp(entries: number): boolean {
    return this.#lookUps?.take(Math.max(1, entries)) ?? true;
  }

  /** Counts an `agentstop` about this peer by itself. */
  countStop(): boolean {
    return this.#stops.take();
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
