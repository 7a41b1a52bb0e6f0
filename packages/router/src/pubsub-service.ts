import {
  decodeText,
  encodeRpc,
  encodeValue,
  readList,
  readSubscribe,
  readSynchronize,
  readUnsubscribe,
  VipError,
} from '@volttron-ts/vip-core';
import type { Logger, PublishTap } from '@volttron-ts/vip-core';
import { TooManySubscriptionsError, UnknownOperationError } from './errors.ts';
import { at, frames, idOf } from './frames.ts';
import type { Peer } from './peer.ts';
import { Publications } from './publications.ts';
import type { Publication } from './publications.ts';
import { reply, respond } from './pubsub-answers.ts';
import { errorFrames, refuse } from './router-errors.ts';
import { SubscriptionIndex } from './subscription-index.ts';
import type { OnWanted, Subscription } from './subscription-index.ts';
import type { TopicGuard } from './topic-guard.ts';

type Frames = readonly Uint8Array[];

export interface PubSubOptions {
  readonly tap: PublishTap | undefined;
  readonly guard: TopicGuard | undefined;
  readonly maxSubscriptions: number;
  readonly toPlatforms: (publication: Publication) => number;
  /** Hands it to the buses that deliver by themselves; answers how many took it. */
  readonly toRelays: (publication: Publication) => number;
  readonly onWanted: OnWanted;
  /** Settles once those buses send what is wanted by now; undefined when they do. */
  readonly pending: () => Promise<unknown> | undefined;
  readonly log: Logger;
}

const pubsub = { recipient: frames.empty, subsystem: frames.pubsub };

/** The router's pub/sub (reference/vip-zmq.md §2.7): who wants what, and what becomes of publications. */
export class PubSubService {
  readonly #options: PubSubOptions;
  readonly #index: SubscriptionIndex<Peer>;
  readonly publications: Publications;

  constructor(options: PubSubOptions) {
    this.#options = options;
    this.#index = new SubscriptionIndex(options.onWanted);
    this.publications = new Publications({ ...options, index: this.#index });
  }

  /** The prefixes that peers here want from all platforms. */
  get shared(): readonly string[] {
    return this.#index.shared;
  }

  /** Every prefix of the unnamed bus that peers here want. */
  get wanted(): readonly string[] {
    return this.#index.wanted;
  }

  /** Handles one message of the subsystem `pubsub`; a malformed one is answered, never thrown. */
  handle(peer: Peer, message: Frames): void {
    const operation = message[at.args];
    if (operation === undefined) return;
    const name = decodeText(operation);
    if (!this.#maySearch(peer, message, name)) return;
    try {
      this.#serve(name, peer, message);
    } catch (error) {
      if (!(error instanceof VipError)) throw error;
      peer.complain(this.#options.log, error.line, { operation: name.slice(0, 40) });
      if (name === 'publish') this.publications.fail(peer, message, error.line);
      else {
        refuse(peer, message, 'invalid', error.line, pubsub);
        respond(peer, message, encodeValue(false));
      }
    }
  }

  forget(peer: Peer): void {
    this.#index.removeAll(peer);
  }

  #serve(operation: string, peer: Peer, message: Frames): void {
    const body = message[at.args + 1];
    switch (operation) {
      case 'publish':
        this.publications.publish(peer, message);
        return;
      case 'subscribe':
        this.#subscribe(peer, message);
        return;
      case 'unsubscribe':
        this.#unsubscribe(peer, message, body);
        return;
      case 'synchronize':
        this.#synchronize(peer, message);
        return;
      case 'list':
        this.#list(peer, message);
        return;
      case 'auth_update':
      case 'protected_update':
        this.#refuseUpdate(peer, message, operation);
        return;
      case 'request_response':
      case 'error':
        return;
      default:
        throw new UnknownOperationError('pub/sub', operation);
    }
  }

  /** The rules come from the platform's own files: the original obeys whoever sends these (§2.7.6). */
  #refuseUpdate(peer: Peer, message: Frames, operation: string): void {
    if (peer.link.trusted) return;
    peer.complain(this.#options.log, 'a peer may not change who may use which topics', { operation });
    refuse(peer, message, 'unauthorized', `Only the platform itself may send ${operation}.`, pubsub);
  }

  #subscribe(peer: Peer, message: Frames): void {
    const subscriptions = readSubscribe(message[at.args + 1]);
    for (const { prefix } of subscriptions) {
      const refusal = this.#options.guard?.subscribeRefusal(peer.link.user, prefix);
      if (refusal === undefined) continue;
      refuse(peer, message, 'unauthorized', refusal, pubsub);
      respond(peer, message, encodeValue(false));
      return;
    }
    this.#add(peer, subscriptions);
    const done = (): void => {
      respond(peer, message, encodeValue(true));
    };
    const pending = this.#options.pending();
    if (pending === undefined) done();
    else void pending.then(done);
  }

  #add(peer: Peer, subscriptions: readonly Subscription[]): void {
    const { maxSubscriptions } = this.#options;
    for (const subscription of subscriptions) {
      if (this.#index.countOf(peer) >= maxSubscriptions) {
        throw new TooManySubscriptionsError(peer.identity, maxSubscriptions, subscription.prefix);
      }
      this.#index.add(peer, subscription);
    }
  }

  /** A short request for long work: without a bound a few of them would keep everybody waiting. */
  #maySearch(peer: Peer, message: Frames, operation: string): boolean {
    if (operation !== 'list' && operation !== 'unsubscribe' && operation !== 'synchronize') return true;
    if (peer.countLookUp(operation === 'list' ? this.#index.size : this.#index.countOf(peer))) return true;
    peer.complain(this.#options.log, 'a peer asks for more than the router does for one; it is told to try again', {
      operation,
    });
    peer.send(errorFrames('again', peer.userFrame, idOf(message), frames.empty, frames.pubsub));
    return false;
  }

  #unsubscribe(peer: Peer, message: Frames, body: Uint8Array | undefined): void {
    for (const { bus, prefixes, allPlatforms } of readUnsubscribe(body)) {
      const own = prefixes ?? this.#index.of(peer).flatMap((held) => (held.bus === bus ? [held.prefix] : []));
      for (const prefix of own) this.#index.remove(peer, { bus, prefix, allPlatforms });
    }
    respond(peer, message, encodeValue(true));
  }

  #synchronize(peer: Peer, message: Frames): void {
    const wanted = readSynchronize(message[at.args + 2]);
    const keyOf = ({ bus, prefix, allPlatforms }: Subscription): string => JSON.stringify([bus, prefix, allPlatforms]);
    const keep = new Set(wanted.map(keyOf));
    for (const held of this.#index.of(peer)) if (!keep.has(keyOf(held))) this.#index.remove(peer, held);
    this.#add(peer, wanted);
  }

  #list(peer: Peer, message: Frames): void {
    const { prefix: text, bus: wanted, subscribed, reverse, allPlatforms } = readList(message[at.args + 1]);
    const rows: [bus: string, topic: string, member: boolean][] = [];
    for (const { bus, prefix, allPlatforms: isShared, peer: holder } of this.#index.all()) {
      const matches = reverse ? text.startsWith(prefix) : prefix.startsWith(text);
      const own = holder === peer;
      if (matches && isShared === allPlatforms && (own || !subscribed) && (wanted === null || wanted === bus)) {
        rows.push([bus, prefix, own]);
      }
    }
    reply(peer, message, frames.listResponse, encodeRpc(rows));
  }
}
