import { canonicalIdentity, decodeText, encodeText, equalsAscii, SIGNATURE } from '@volttron-ts/vip-core';
import type { BusListener, BusRelayEvents, Logger, PeerLink, PublishTap } from '@volttron-ts/vip-core';
import { ExternalPlatforms } from './external-platforms.ts';
import type { ExternalOptions } from './external-platforms.ts';
import { at, frames, idOf } from './frames.ts';
import { defaultPeerLimits } from './peer-limits.ts';
import type { PeerLimits } from './peer-limits.ts';
import { answerHello, answerPeerlist, answerPing, answerQuery } from './peer-services.ts';
import type { QueryProperties } from './peer-services.ts';
import { Peer } from './peer.ts';
import { PubSubService } from './pubsub-service.ts';
import { Relays } from './relays.ts';
import { errorFrames, refuse } from './router-errors.ts';
import type { RouterErrorKind } from './router-errors.ts';
import type { TopicGuard } from './topic-guard.ts';

export interface RouterOptions {
  /** Names this run of the router to its peers; a UUID in VOLTTRON. */
  readonly routingId: string;
  readonly log: Logger;
  /** Keeps publications with captured topics. */
  readonly tap?: PublishTap;
  /** Says who may publish to and receive which topics; everybody everything without it. */
  readonly topics?: TopicGuard;
  readonly limits?: PeerLimits;
  /** How other platforms are reached; none without it. */
  readonly external?: ExternalOptions;
  /** Read at each query, so the owner may change what stands behind it. */
  readonly properties: () => QueryProperties;
  /** The service `control` asked the platform to stop. */
  readonly onQuit?: () => void;
  /** A peer was added to or dropped from the peer list. */
  readonly onPeer?: (event: 'add' | 'drop', identity: string) => void;
  /** A clock that never goes back, in ms; for rates. */
  readonly monotonic?: () => number;
}

/**
 * The platform's router (reference/vip-zmq.md §1.6) over any number of listeners. The user of every message is the owner
 * of the key that the connection proved; frames pass byte for byte.
 */
export class Router {
  readonly #options: RouterOptions;
  readonly #limits: PeerLimits;
  readonly #routingId: Uint8Array;
  readonly #peers = new Map<string, Peer>();
  readonly #byLink = new Map<PeerLink, Peer>();
  readonly #listeners: BusListener[] = [];
  readonly #relays = new Relays();
  readonly #pubsub: PubSubService;
  readonly #external: ExternalPlatforms | undefined;

  constructor(options: RouterOptions) {
    this.#options = options;
    this.#limits = options.limits ?? defaultPeerLimits;
    this.#routingId = encodeText(options.routingId);
    this.#pubsub = new PubSubService({
      tap: options.tap,
      guard: options.topics,
      maxSubscriptions: this.#limits.subscriptions,
      toPlatforms: (publication) => this.#external?.publish(publication) ?? 0,
      toRelays: (publication) => this.#relays.publish(publication),
      pending: () => this.#relays.pending,
      onWanted: (prefix, allPlatforms, isWanted) => {
        this.#relays.wanted(prefix, allPlatforms, isWanted);
        if (allPlatforms) this.#external?.announce();
      },
      log: options.log,
    });
    this.#external = options.external === undefined ? undefined : this.#reachOut(options.external);
  }

  /** Serves the peers of a listener; settles when it is bound. */
  async listen(listener: BusListener): Promise<void> {
    const { wanted, shared } = this.#pubsub;
    this.#relays.add(listener, { prefixes: wanted, shared });
    await listener.open(this.#eventsOf(listener));
    this.#listeners.push(listener);
  }

  #eventsOf(listener: BusListener): BusRelayEvents {
    return {
      peer: (link) => {
        this.#enter(link, listener);
      },
      message: (link, message) => {
        const peer = this.#byLink.get(link);
        if (peer !== undefined) this.#guard(peer, message);
      },
      gone: (link, reason) => {
        this.#leave(link, reason);
      },
      publication: (link, publication, settled) => {
        const peer = this.#byLink.get(link);
        if (peer === undefined) settled?.('kept');
        else this.#pubsub.publications.fromRelay(peer, publication, settled);
      },
      undelivered: ({ sender, recipient, id, subsystem }) => {
        const peer = this.#peers.get(sender);
        peer?.send(
          errorFrames('unreachable', peer.userFrame, encodeText(id), encodeText(recipient), encodeText(subsystem)),
        );
      },
    };
  }

  /** Addresses of all listeners, ports resolved. */
  get addresses(): string[] {
    return this.#listeners.flatMap(({ addresses }) => addresses);
  }

  /** Ends every live session of a credential at once; answers how many there were. */
  drop(credential: string): number {
    return this.#listeners.reduce((dropped, listener) => dropped + listener.drop(credential), 0);
  }

  async close(): Promise<void> {
    await this.#external?.close();
    await Promise.all(this.#listeners.splice(0).map(async (listener) => listener.close()));
  }

  #reachOut(external: ExternalOptions): ExternalPlatforms {
    const { log, topics } = this.#options;
    return new ExternalPlatforms(external, {
      log,
      guard: topics,
      maxSubscriptions: this.#limits.subscriptions,
      peer: (identity) => this.#addressee(identity),
      enter: (link) => this.#makePeer(link),
      shared: () => this.#pubsub.shared,
      publish: (platform, peer, message) => {
        this.#pubsub.publications.publishOf(platform, peer, message);
      },
    });
  }

  #makePeer(link: PeerLink): Peer {
    return new Peer(link, this.#limits, this.#options.monotonic ?? (() => performance.now()));
  }

  #enter(link: PeerLink, listener: BusListener): void {
    if (this.#peers.has(link.identity)) {
      this.#options.log.warn('a second peer claims an identity that is connected', { identity: link.identity });
      link.close('identity in use');
      return;
    }
    const peer = this.#makePeer(link);
    this.#peers.set(link.identity, peer);
    this.#byLink.set(link, peer);
    if (!peer.isPlatform) this.#relays.enter(link, listener);
  }

  #leave(link: PeerLink, reason: string): void {
    const peer = this.#byLink.get(link);
    if (peer === undefined) return;
    this.#options.log.debug('peer is gone', { identity: peer.identity, reason });
    this.#byLink.delete(link);
    this.#peers.delete(peer.identity);
    this.#relays.leave(link);
    if (peer.isPlatform) this.#external?.left(peer);
    this.#unlist(peer);
  }

  /** What nobody foresaw in one message is logged, and the next one is served. */
  #guard(peer: Peer, message: Uint8Array[]): void {
    try {
      this.#route(peer, message);
    } catch (error) {
      this.#options.log.error('a message could not be routed', { peer: peer.identity, cause: String(error) });
    }
  }

  #route(peer: Peer, message: Uint8Array[]): void {
    const recipient = message[at.peer];
    const subsystem = message[at.subsystem];
    // Too few frames or a foreign signature: dropped without an answer, as the original does.
    if (recipient === undefined || subsystem === undefined || !equalsAscii(message[at.signature], SIGNATURE)) return;
    if (peer.isPlatform) {
      this.#serveRouter(peer, message, recipient, subsystem);
      return;
    }
    if (!peer.listed) this.#list(peer);
    if (this.#isTooLong(peer, message, recipient, subsystem)) return;
    if (recipient.length === 0) this.#serve(peer, message, decodeText(subsystem));
    else this.#forward(peer, message, recipient, subsystem);
  }

  /** A router of another platform is no peer of the peers: it is not listed, and it reaches them by this one only. */
  #serveRouter(peer: Peer, message: Uint8Array[], recipient: Uint8Array, subsystem: Uint8Array): void {
    if (this.#isTooLong(peer, message, recipient, subsystem)) return;
    const name = decodeText(subsystem);
    if (recipient.length > 0) this.#fail(peer, 'unreachable', message, recipient, subsystem);
    else if (name === 'hello' || name === 'ping') this.#serve(peer, message, name);
    else if (this.#external !== undefined) this.#external.fromPlatform(peer, message, name);
    else this.#fail(peer, 'unknownSubsystem', message, frames.empty, subsystem);
  }

  #isTooLong(peer: Peer, message: Uint8Array[], recipient: Uint8Array, subsystem: Uint8Array): boolean {
    let size = 0;
    for (const frame of message) size += frame.length;
    const { payloadBytes } = this.#limits;
    if (size <= payloadBytes || peer.link.trusted) return false;
    const text = `The message has ${size} bytes; the limit is ${payloadBytes} bytes.`;
    peer.complain(this.#options.log, text);
    if (!equalsAscii(subsystem, 'error')) refuse(peer, message, 'tooLong', text, { recipient, subsystem });
    return true;
  }

  /** Who gets what is addressed to a name: its bearer, else the service that other lines of VOLTTRON call so. */
  #addressee(identity: string): Peer | undefined {
    const peer = this.#peers.get(identity) ?? this.#peers.get(canonicalIdentity(identity));
    return peer?.isPlatform === true ? undefined : peer;
  }

  #forward(peer: Peer, message: Uint8Array[], recipient: Uint8Array, subsystem: Uint8Array): void {
    const target = this.#addressee(decodeText(recipient));
    if (target !== undefined) {
      message[at.peer] = peer.identityFrame;
      message[at.user] = peer.userFrame;
    }
    const result = target?.send(message) ?? 'closed';
    if (result !== 'sent') this.#fail(peer, result === 'full' ? 'again' : 'unreachable', message, recipient, subsystem);
  }

  #fail(
    peer: Peer,
    kind: RouterErrorKind,
    message: readonly Uint8Array[],
    recipient: Uint8Array,
    subsystem: Uint8Array,
  ): void {
    // An error about an error would go round for ever.
    if (equalsAscii(subsystem, 'error')) return;
    const user = kind === 'unknownSubsystem' ? frames.empty : peer.userFrame;
    peer.send(errorFrames(kind, user, idOf(message), recipient, subsystem));
  }

  #serve(peer: Peer, message: Uint8Array[], subsystem: string): void {
    switch (subsystem) {
      case 'pubsub':
        this.#pubsub.handle(peer, message);
        return;
      case 'hello':
        answerHello(peer, message, this.#routingId);
        return;
      case 'ping':
        answerPing(peer, message);
        return;
      case 'peerlist':
        if (peer.countLookUp(this.#peers.size)) answerPeerlist(peer, message, this.#listed(), !this.#relays.isEmpty);
        else this.#fail(peer, 'again', message, frames.empty, frames.peerlist);
        return;
      case 'query':
        answerQuery(peer, message, this.#options.properties());
        return;
      case 'error':
        return;
      default:
        this.#administer(peer, message, subsystem);
    }
  }

  /** Subsystems by which the platform is run; unknown ones are answered so. */
  #administer(peer: Peer, message: Uint8Array[], subsystem: string): void {
    if (subsystem === 'agentstop') this.#agentStop(peer, message[at.args]);
    else if ((subsystem === 'routing_table' || subsystem === 'external_rpc') && this.#external !== undefined) {
      this.#external.fromPeer(peer, message, subsystem);
    } else if (subsystem !== 'quit' || !this.#quit(peer)) {
      this.#fail(peer, 'unknownSubsystem', message, frames.empty, message[at.subsystem] ?? frames.empty);
    }
  }

  #quit(peer: Peer): boolean {
    if (!peer.link.trusted || peer.identity !== 'control' || this.#options.onQuit === undefined) return false;
    this.#options.onQuit();
    return true;
  }

  /** A peer says of itself, or the platform's own service of an agent, that it stops (§2.6). */
  #agentStop(peer: Peer, identity: Uint8Array | undefined): void {
    const stopping = identity === undefined ? undefined : this.#peers.get(decodeText(identity));
    if (stopping === undefined) return;
    if (stopping !== peer && !peer.link.trusted) {
      peer.complain(this.#options.log, 'a peer may only announce its own stop', { of: stopping.identity });
      return;
    }
    if (stopping === peer && !peer.link.trusted && !peer.countStop()) {
      peer.complain(this.#options.log, 'a peer announces its own stop again and again');
      return;
    }
    this.#unlist(stopping);
  }

  *#listed(): Generator<Peer> {
    for (const peer of this.#peers.values()) if (peer.listed) yield peer;
  }

  #list(peer: Peer): void {
    this.#announce(frames.add, peer);
    peer.listed = true;
    this.#options.onPeer?.('add', peer.identity);
  }

  #unlist(peer: Peer): void {
    this.#pubsub.forget(peer);
    if (!peer.listed) return;
    peer.listed = false;
    this.#announce(frames.drop, peer);
    this.#options.onPeer?.('drop', peer.identity);
  }

  #announce(operation: Uint8Array, about: Peer): void {
    const { empty, signature, peerlist } = frames;
    const message = [empty, signature, empty, empty, peerlist, operation, about.identityFrame];
    // RabbitMQ's peers are told on which bus the other one is (reference/rmq-web-csr.md §1.6).
    const withBus = [...message, frames[about.bus]];
    for (const peer of this.#listed()) if (peer !== about) peer.send(peer.bus === 'rmq' ? withBus : message);
  }
}
