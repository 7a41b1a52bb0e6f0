/** One subscription of a peer; `bus` is almost always `''`. */
export interface Subscription {
  readonly bus: string;
  readonly prefix: string;
}

const CACHE_SIZE = 10_000;

/**
 * Who wants a topic. Prefixes are plain string prefixes, without regard to segments (reference/vip-zmq.md §2.7.1), so
 * a topic is matched by looking up its beginnings of those lengths that some prefix has.
 */
export class SubscriptionIndex<P> {
  readonly #byBus = new Map<string, Map<string, Set<P>>>();
  readonly #byPeer = new Map<P, Map<string, Subscription>>();
  /** How many prefixes of each length a bus has, and the lengths in rising order. */
  readonly #counts = new Map<string, Map<number, number>>();
  readonly #lengths = new Map<string, readonly number[]>();
  /** Answers given since the last change, by bus and topic. */
  readonly #cache = new Map<string, Map<string, readonly P[]>>();

  /** Answers false when the peer had it already. */
  add(peer: P, { bus, prefix }: Subscription): boolean {
    const own = this.#byPeer.get(peer) ?? new Map<string, Subscription>();
    const key = keyOf(bus, prefix);
    if (own.has(key)) return false;
    this.#byPeer.set(peer, own.set(key, { bus, prefix }));
    const prefixes = this.#byBus.get(bus) ?? new Map<string, Set<P>>();
    this.#byBus.set(bus, prefixes);
    const peers = prefixes.get(prefix);
    if (peers === undefined) prefixes.set(prefix, new Set([peer]));
    else peers.add(peer);
    this.#changed(bus, prefix.length, peers === undefined ? 1 : 0);
    return true;
  }

  remove(peer: P, { bus, prefix }: Subscription): void {
    const own = this.#byPeer.get(peer);
    if (own?.delete(keyOf(bus, prefix)) !== true) return;
    if (own.size === 0) this.#byPeer.delete(peer);
    const prefixes = this.#byBus.get(bus);
    const peers = prefixes?.get(prefix);
    peers?.delete(peer);
    const isLast = peers?.size === 0;
    if (isLast) prefixes?.delete(prefix);
    this.#changed(bus, prefix.length, isLast ? -1 : 0);
  }

  removeAll(peer: P): void {
    for (const subscription of this.of(peer)) this.remove(peer, subscription);
  }

  /** The peer's own subscriptions. */
  of(peer: P): Subscription[] {
    return [...(this.#byPeer.get(peer)?.values() ?? [])];
  }

  countOf(peer: P): number {
    return this.#byPeer.get(peer)?.size ?? 0;
  }

  /** Every subscription with its peer. */
  *all(): Generator<Subscription & { readonly peer: P }> {
    for (const [peer, own] of this.#byPeer) for (const subscription of own.values()) yield { ...subscription, peer };
  }

  /** The peers that want the topic, each once, however many of their prefixes match. */
  match(bus: string, topic: string): readonly P[] {
    if (!this.#byBus.has(bus)) return [];
    let cache = this.#cache.get(bus);
    if (cache === undefined) this.#cache.set(bus, (cache = new Map<string, readonly P[]>()));
    let peers = cache.get(topic);
    if (peers === undefined) {
      peers = this.#look(bus, topic);
      if (cache.size >= CACHE_SIZE) cache.clear();
      cache.set(topic, peers);
    }
    return peers;
  }

  #look(bus: string, topic: string): readonly P[] {
    const found = new Set<P>();
    const prefixes = this.#byBus.get(bus);
    for (const length of this.#lengths.get(bus) ?? []) {
      if (length > topic.length) break;
      for (const peer of prefixes?.get(topic.slice(0, length)) ?? []) found.add(peer);
    }
    return [...found];
  }

  /** `by`: +1 when a prefix of that length came into use, -1 when one went out of use, 0 when only its peers changed. */
  #changed(bus: string, length: number, by: 1 | 0 | -1): void {
    this.#cache.clear();
    if (by === 0) return;
    const counts = this.#counts.get(bus) ?? new Map<number, number>();
    this.#counts.set(bus, counts);
    const before = counts.get(length) ?? 0;
    if (before + by === 0) counts.delete(length);
    else counts.set(length, before + by);
    // The list changes only with the first and the last prefix of a length.
    if (before === 0 || before + by === 0) {
      this.#lengths.set(
        bus,
        [...counts.keys()].sort((one, other) => one - other),
      );
    }
    if (counts.size > 0) return;
    this.#counts.delete(bus);
    this.#lengths.delete(bus);
    this.#byBus.delete(bus);
  }
}

const keyOf = (bus: string, text: string): string => `${bus}\u0000${text}`;
