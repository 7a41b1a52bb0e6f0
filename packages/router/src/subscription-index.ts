/** One subscription of a peer; `bus` is almost always `''`. */
export interface Subscription {
  readonly bus: string;
  readonly prefix: string;
  /** Also what other platforms publish; the same prefix may be held with and without it. */
  readonly allPlatforms?: boolean;
}

/** Which of the two forms of a subscription a peer holds: bits. */
const LOCAL = 1;
const ALL = 2;

interface Held {
  readonly bus: string;
  readonly prefix: string;
  forms: number;
}

/** A prefix of the unnamed bus has got its first holder, or lost its last one; the two forms are counted apart. */
export type OnWanted = (prefix: string, allPlatforms: boolean, isWanted: boolean) => void;

const formOf = (subscription: Subscription): number => (subscription.allPlatforms === true ? ALL : LOCAL);

const CACHE_SIZE = 10_000;

/**
 * Who wants a topic. Prefixes are plain string prefixes, without regard to segments (reference/vip-zmq.md §2.7.1), so
 * a topic is matched by looking up its beginnings of those lengths that some prefix has.
 */
export class SubscriptionIndex<P> {
  readonly #byBus = new Map<string, Map<string, Set<P>>>();
  readonly #byPeer = new Map<P, Map<string, Held>>();
  /** How many peers want a prefix of the unnamed bus from all platforms. */
  readonly #shared = new Map<string, number>();
  /** How many prefixes of each length a bus has, and the lengths in rising order. */
  readonly #counts = new Map<string, Map<number, number>>();
  readonly #lengths = new Map<string, readonly number[]>();
  /** Answers given since the last change, by bus and topic. */
  readonly #cache = new Map<string, Map<string, readonly P[]>>();

  readonly #onWanted: OnWanted;
  #size = 0;

  constructor(onWanted: OnWanted = () => undefined) {
    this.#onWanted = onWanted;
  }

  /** Answers false when the peer had it already. */
  add(peer: P, subscription: Subscription): boolean {
    const { bus, prefix } = subscription;
    const form = formOf(subscription);
    const own = this.#byPeer.get(peer) ?? new Map<string, Held>();
    const key = keyOf(bus, prefix);
    const held = own.get(key);
    if (held !== undefined && (held.forms & form) !== 0) return false;
    if (form === ALL) this.#share(bus, prefix, 1);
    if (held === undefined) {
      this.#byPeer.set(peer, own.set(key, { bus, prefix, forms: form }));
      this.#enter(peer, bus, prefix);
    } else held.forms |= form;
    return true;
  }

  remove(peer: P, subscription: Subscription): void {
    const { bus, prefix } = subscription;
    const form = formOf(subscription);
    const own = this.#byPeer.get(peer);
    const key = keyOf(bus, prefix);
    const held = own?.get(key);
    if (own === undefined || held === undefined || (held.forms & form) === 0) return;
    if (form === ALL) this.#share(bus, prefix, -1);
    held.forms &= ~form;
    if (held.forms !== 0) return;
    own.delete(key);
    if (own.size === 0) this.#byPeer.delete(peer);
    this.#leave(peer, bus, prefix);
  }

  #enter(peer: P, bus: string, prefix: string): void {
    this.#size += 1;
    const prefixes = this.#byBus.get(bus) ?? new Map<string, Set<P>>();
    this.#byBus.set(bus, prefixes);
    const peers = prefixes.get(prefix);
    if (peers === undefined) prefixes.set(prefix, new Set([peer]));
    else peers.add(peer);
    this.#changed(bus, prefix.length, peers === undefined ? 1 : 0);
    if (peers === undefined && bus === '') this.#onWanted(prefix, false, true);
  }

  #leave(peer: P, bus: string, prefix: string): void {
    this.#size -= 1;
    const prefixes = this.#byBus.get(bus);
    const peers = prefixes?.get(prefix);
    peers?.delete(peer);
    const isLast = peers?.size === 0;
    if (isLast) prefixes?.delete(prefix);
    this.#changed(bus, prefix.length, isLast ? -1 : 0);
    if (isLast && bus === '') this.#onWanted(prefix, false, false);
  }

  #share(bus: string, prefix: string, by: 1 | -1): void {
    if (bus !== '') return;
    const before = this.#shared.get(prefix) ?? 0;
    if (before + by === 0) this.#shared.delete(prefix);
    else this.#shared.set(prefix, before + by);
    if (before === 0 || before + by === 0) this.#onWanted(prefix, true, by === 1);
  }

  /** The prefixes of the unnamed bus that somebody wants. */
  get wanted(): readonly string[] {
    return [...(this.#byBus.get('')?.keys() ?? [])];
  }

  /** The prefixes that somebody here wants from all platforms; other platforms are told of those of the unnamed bus. */
  get shared(): readonly string[] {
    return [...this.#shared.keys()];
  }

  removeAll(peer: P): void {
    for (const subscription of this.of(peer)) this.remove(peer, subscription);
  }

  /** The peer's own subscriptions. */
  of(peer: P): Required<Subscription>[] {
    return [...(this.#byPeer.get(peer)?.values() ?? [])].flatMap(formsOf);
  }

  countOf(peer: P): number {
    return this.#byPeer.get(peer)?.size ?? 0;
  }

  /** How many prefixes all peers hold. */
  get size(): number {
    return this.#size;
  }

  /** Every subscription with its peer. */
  *all(): Generator<Required<Subscription> & { readonly peer: P }> {
    for (const [peer, own] of this.#byPeer) {
      for (const held of own.values()) for (const subscription of formsOf(held)) yield { ...subscription, peer };
    }
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

function formsOf({ bus, prefix, forms }: Held): Required<Subscription>[] {
  return [LOCAL, ALL].flatMap((form) => ((forms & form) === 0 ? [] : [{ bus, prefix, allPlatforms: form === ALL }]));
}
