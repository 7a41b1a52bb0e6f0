import { decodeText } from '@volttron-ts/vip-core';
import type { BusListener, BusRelay, PeerLink } from '@volttron-ts/vip-core';
import { frames, idOf } from './frames.ts';
import type { Publication } from './publications.ts';

/** The buses that have queues and subscribers of their own, and what each is told of the peers of the others. */
export class Relays {
  readonly #relays = new Map<BusListener, BusRelay>();
  /** Whose each peer is. */
  readonly #listeners = new Map<PeerLink, BusListener>();

  /** Takes a listener that relays; `wanted` is what peers of others want by now. */
  add(
    listener: BusListener,
    wanted: { readonly prefixes: readonly string[]; readonly shared: readonly string[] },
  ): void {
    const { relay } = listener;
    if (relay === undefined) return;
    this.#relays.set(listener, relay);
    for (const [link, other] of this.#listeners) if (other !== listener) relay.peer('add', link.identity);
    for (const prefix of wanted.prefixes) relay.wanted(prefix, false, true);
    for (const prefix of wanted.shared) relay.wanted(prefix, true, true);
  }

  get isEmpty(): boolean {
    return this.#relays.size === 0;
  }

  enter(link: PeerLink, listener: BusListener): void {
    this.#listeners.set(link, listener);
    this.#tell('add', link, listener);
  }

  leave(link: PeerLink): void {
    const listener = this.#listeners.get(link);
    if (listener === undefined) return;
    this.#listeners.delete(link);
    this.#tell('drop', link, listener);
  }

  #tell(change: 'add' | 'drop', { identity }: PeerLink, listener: BusListener): void {
    for (const [other, relay] of this.#relays) if (other !== listener) relay.peer(change, identity);
  }

  wanted(prefix: string, allPlatforms: boolean, isWanted: boolean): void {
    for (const relay of this.#relays.values()) relay.wanted(prefix, allPlatforms, isWanted);
  }

  /** Settles once all of them send what is wanted by now; undefined when they do. */
  get pending(): Promise<unknown> | undefined {
    const pending = [...this.#relays.values()].flatMap((relay) => relay.pending ?? []);
    return pending.length === 0 ? undefined : Promise.all(pending);
  }

  /** Answers how many took it. */
  publish({ peer, message, topic, bus, delivered }: Publication): number {
    if (bus !== '' || this.#relays.size === 0) return 0;
    const own = this.#listeners.get(peer.link);
    const id = decodeText(idOf(message));
    const [, body = frames.empty] = delivered;
    const { identity, user } = peer.link;
    let count = 0;
    for (const [listener, relay] of this.#relays) {
      if (listener === own) continue;
      if (relay.publish({ id, topic, body, identity, user }) === 'sent') count += 1;
    }
    return count;
  }
}
