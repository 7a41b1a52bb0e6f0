import type { Clock, Logger, PeerLink, SendResult } from '@volttron-ts/vip-core';
import type { Speaker } from '../speaker.ts';

/** How often a peer is looked for: a broker does not tell who has left. */
const PROBE_MS = 10_000;
/** Names that nobody vouches for can be made up without end. */
const MAX_UNVERIFIED = 10_000;

export interface SenderLinksOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** The address that peers come from. */
  address(): string;
  entered(link: PeerLink): void;
  gone(link: PeerLink, reason: string): void;
  send(peer: string, frames: readonly Uint8Array[]): SendResult;
  /** Sends what comes back when the peer has no queue. */
  probe(peer: string): void;
}

interface Held {
  readonly link: PeerLink;
  readonly isVerified: boolean;
  /** By the router; its messages are not handed up. */
  isClosed: boolean;
}

/** The peers on the bus as the router knows them: by their messages, and by their queues as long as they have one. */
export class SenderLinks {
  readonly #options: SenderLinksOptions;
  readonly #held = new Map<string, Held>();
  #unverified = 0;
  #cancel: () => void = () => undefined;

  constructor(options: SenderLinksOptions) {
    this.#options = options;
  }

  /** The link of a sender; undefined for one that is not served. */
  of(speaker: Pick<Speaker, 'peer' | 'user' | 'isVerified'>): PeerLink | undefined {
    const { peer, isVerified } = speaker;
    let held = this.#held.get(peer);
    if (held !== undefined && isVerified && !held.isVerified) {
      this.gone(peer, 'a verified peer has this identity');
      held = undefined;
    }
    if (held !== undefined) return held.isClosed || held.isVerified !== isVerified ? undefined : held.link;
    return this.#enter(speaker);
  }

  /** The peer has no queue any more. */
  gone(peer: string, reason: string): void {
    const held = this.#held.get(peer);
    if (held === undefined) return;
    this.#held.delete(peer);
    if (!held.isVerified) this.#unverified -= 1;
    if (!held.isClosed) this.#options.gone(held.link, reason);
  }

  /** Looks for all peers, now and from time to time. */
  watch(): void {
    this.#cancel();
    for (const [peer, { isClosed }] of this.#held) {
      // It may try again.
      if (isClosed) this.gone(peer, 'closed');
      else this.#options.probe(peer);
    }
    this.#cancel = this.#options.clock.after(PROBE_MS, () => {
      this.watch();
    });
  }

  /** The broker is away: nobody can be looked for. */
  pause(): void {
    this.#cancel();
  }

  close(reason: string): void {
    this.#cancel();
    for (const peer of [...this.#held.keys()]) this.gone(peer, reason);
  }

  #enter({ peer, user, isVerified }: Pick<Speaker, 'peer' | 'user' | 'isVerified'>): PeerLink | undefined {
    if (!isVerified && this.#unverified >= MAX_UNVERIFIED) return undefined;
    const link: PeerLink = {
      identity: peer,
      user,
      credential: undefined,
      domain: 'rmq',
      address: this.#options.address(),
      trusted: false,
      bus: 'rmq',
      send: (frames) => (held.isClosed ? 'closed' : this.#options.send(peer, frames)),
      close: (reason) => {
        if (held.isClosed) return;
        held.isClosed = true;
        this.#options.log.warn('a peer on RabbitMQ is not served', { peer, reason });
        this.#options.gone(link, reason);
      },
    };
    const held: Held = { link, isVerified, isClosed: false };
    this.#held.set(peer, held);
    if (!isVerified) this.#unverified += 1;
    this.#options.entered(link);
    return held.isClosed ? undefined : link;
  }
}
