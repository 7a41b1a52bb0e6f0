import { decodeText, encodeText, equalsAscii, SIGNATURE } from '@volttron-ts/vip-core';
import type { BusListener, Logger, PeerLink, PublishTap } from '@volttron-ts/vip-core';
import { at, frames } from './frames.ts';
import { answerHello, answerPeerlist, answerPing, answerQuery } from './peer-services.ts';
import type { QueryProperties } from './peer-services.ts';
import { Peer } from './peer.ts';
import { PubSubService } from './pubsub-service.ts';
import { errorFrames } from './router-errors.ts';
import type { RouterErrorKind } from './router-errors.ts';

export interface RouterOptions {
  /** Names this run of the router to its peers; a UUID in VOLTTRON. */
  readonly routingId: string;
  readonly log: Logger;
  /** Keeps publications with captured topics. */
  readonly tap?: PublishTap;
  /** Read at each query, so the owner may change what stands behind it. */
  readonly properties: () => QueryProperties;
  /** The service `control` asked the platform to stop. */
  readonly onQuit?: () => void;
  /** A peer was added to or dropped from the peer list. */
  readonly onPeer?: (event: 'add' | 'drop', identity: string) => void;
}

/**
 * The platform's router (reference/vip-zmq.md §1.6) over any number of listeners. The user of every message is the owner
 * of the key that the connection proved; frames pass byte for byte.
 */
export class Router {
  readonly #options: RouterOptions;
  readonly #routingId: Uint8Array;
  readonly #peers = new Map<string, Peer>();
  readonly #byLink = new Map<PeerLink, Peer>();
  readonly #listeners: BusListener[] = [];
  readonly #pubsub: PubSubService;

  constructor(options: RouterOptions) {
    this.#options = options;
    this.#routingId = encodeText(options.routingId);
    this.#pubsub = new PubSubService(options.tap, options.log);
  }

  /** Serves the peers of a listener; settles when it is bound. */
  async listen(listener: BusListener): Promise<void> {
    await listener.open({
      peer: (link) => {
        this.#enter(link);
      },
      message: (link, message) => {
        const peer = this.#byLink.get(link);
        if (peer !== undefined) this.#route(peer, message);
      },
      gone: (link, reason) => {
        this.#leave(link, reason);
      },
    });
    this.#listeners.push(listener);
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
    await Promise.all(this.#listeners.splice(0).map(async (listener) => listener.close()));
  }

  #enter(link: PeerLink): void {
    if (this.#peers.has(link.identity)) {
      this.#options.log.warn('a second peer claims an identity that is connected', { identity: link.identity });
      link.close('identity in use');
      return;
    }
    const peer = new Peer(link);
    this.#peers.set(link.identity, peer);
    this.#byLink.set(link, peer);
  }

  #leave(link: PeerLink, reason: string): void {
    const peer = this.#byLink.get(link);
    if (peer === undefined) return;
    this.#options.log.debug('peer is gone', { identity: peer.identity, reason });
    this.#byLink.delete(link);
    this.#peers.delete(peer.identity);
    this.#unlist(peer);
  }

  #route(peer: Peer, message: Uint8Array[]): void {
    const recipient = message[at.peer];
    const subsystem = message[at.subsystem];
    // Too few frames or a foreign signature: dropped without an answer, as the original does.
    if (recipient === undefined || subsystem === undefined || !equalsAscii(message[at.signature], SIGNATURE)) return;
    if (!peer.listed) this.#list(peer);
    if (recipient.length === 0) this.#serve(peer, message, decodeText(subsystem));
    else this.#forward(peer, message, recipient, subsystem);
  }

  #forward(peer: Peer, message: Uint8Array[], recipient: Uint8Array, subsystem: Uint8Array): void {
    const target = this.#peers.get(decodeText(recipient));
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
    peer.send(errorFrames(kind, user, message[at.id] ?? frames.empty, recipient, subsystem));
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
        answerPeerlist(peer, message, this.#listed());
        return;
      case 'query':
        answerQuery(peer, message, this.#options.properties());
        return;
      case 'error':
        return;
      case 'agentstop':
        this.#agentStop(peer, message[at.args]);
        return;
      case 'quit':
        if (this.#quit(peer)) return;
    }
    this.#fail(peer, 'unknownSubsystem', message, frames.empty, message[at.subsystem] ?? frames.empty);
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
      this.#options.log.warn('a peer may only announce its own stop', { peer: peer.identity, of: stopping.identity });
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
    for (const peer of this.#listed()) if (peer !== about) peer.send(message);
  }
}
