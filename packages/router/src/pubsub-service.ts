import {
  appendSender,
  decodeText,
  encodeRpc,
  encodeValue,
  parsePublicationId,
  scanPublishBody,
  services,
  VipError,
} from '@volttron-ts/vip-core';
import type { Logger, PublicationId, PublishBodyLayout, PublishTap } from '@volttron-ts/vip-core';
import { at, frames } from './frames.ts';
import type { Peer } from './peer.ts';
import { MAX_TOPIC, readList, readSubscribe, readSynchronize, readUnsubscribe } from './pubsub-requests.ts';
import { errorFrames } from './router-errors.ts';
import { SubscriptionIndex } from './subscription-index.ts';
import type { Subscription } from './subscription-index.ts';

/** Subscriptions one peer may hold. */
const MAX_SUBSCRIPTIONS = 10_000;

type Frames = readonly Uint8Array[];

/** The router's pub/sub (reference/vip-zmq.md §2.7): matching, delivery, and the answer to the publisher. */
export class PubSubService {
  readonly #index = new SubscriptionIndex<Peer>();
  readonly #tap: PublishTap | undefined;
  readonly #log: Logger;

  constructor(tap: PublishTap | undefined, log: Logger) {
    this.#tap = tap;
    this.#log = log;
  }

  /** Handles one message of the subsystem `pubsub`; a malformed one is answered, never thrown. */
  handle(peer: Peer, message: Frames): void {
    const operation = message[at.args];
    if (operation === undefined) return;
    const name = decodeText(operation);
    try {
      this.#serve(name, peer, message);
    } catch (error) {
      if (!(error instanceof VipError)) throw error;
      this.#log.warn(error.line, { peer: peer.identity, operation: name });
      respond(peer, message, encodeValue(name === 'publish' ? 0 : false));
    }
  }

  forget(peer: Peer): void {
    this.#index.removeAll(peer);
  }

  #serve(operation: string, peer: Peer, message: Frames): void {
    const body = message[at.args + 1];
    switch (operation) {
      case 'publish':
        this.#publish(peer, message);
        return;
      case 'subscribe':
        this.#add(peer, readSubscribe(body));
        respond(peer, message, encodeValue(true));
        return;
      case 'unsubscribe':
        this.#unsubscribe(peer, body);
        respond(peer, message, encodeValue(true));
        return;
      case 'synchronize':
        this.#synchronize(peer, readSynchronize(message[at.args + 2]));
        return;
      case 'list':
        this.#list(peer, message);
        return;
      case 'request_response':
      case 'error':
        return;
      default:
        throw new VipError('unknown-operation', `Pub/sub has no operation "${operation.slice(0, 40)}".`, {
          item: 'operation',
          value: operation.slice(0, 40),
        });
    }
  }

  #add(peer: Peer, subscriptions: readonly Subscription[]): void {
    for (const subscription of subscriptions) {
      if (this.#index.countOf(peer) >= MAX_SUBSCRIPTIONS) {
        throw new VipError('too-many-subscriptions', `"${peer.identity}" holds ${MAX_SUBSCRIPTIONS} subscriptions.`, {
          item: 'subscription',
          value: subscription.prefix,
          remedy: 'Subscribe to a shorter prefix instead of to many long ones.',
        });
      }
      this.#index.add(peer, subscription);
    }
  }

  #unsubscribe(peer: Peer, body: Uint8Array | undefined): void {
    for (const { bus, prefixes } of readUnsubscribe(body)) {
      const own = prefixes ?? this.#index.of(peer).flatMap((held) => (held.bus === bus ? [held.prefix] : []));
      for (const prefix of own) this.#index.remove(peer, { bus, prefix });
    }
  }

  #synchronize(peer: Peer, wanted: readonly Subscription[]): void {
    const keep = new Set(wanted.map(({ bus, prefix }) => JSON.stringify([bus, prefix])));
    for (const held of this.#index.of(peer)) {
      if (!keep.has(JSON.stringify([held.bus, held.prefix]))) this.#index.remove(peer, held);
    }
    this.#add(peer, wanted);
  }

  #list(peer: Peer, message: Frames): void {
    const request = readList(message[at.args + 1]);
    const rows: [bus: string, topic: string, member: boolean][] = [];
    for (const { bus, prefix, peer: holder } of this.#index.all()) {
      const matches = request.reverse ? request.prefix.startsWith(prefix) : prefix.startsWith(request.prefix);
      const own = holder === peer;
      if (matches && (own || !request.subscribed) && (request.bus === null || request.bus === bus)) {
        rows.push([bus, prefix, own]);
      }
    }
    reply(peer, message, frames.listResponse, encodeRpc(rows));
  }

  #publish(peer: Peer, message: Frames): void {
    const topicFrame = message[at.args + 1];
    const given = message[at.args + 2];
    if (topicFrame === undefined || given === undefined) return;
    const topic = decodeText(topicFrame);
    if (topic.length > MAX_TOPIC) {
      throw new VipError('invalid-value', `A topic has at most ${MAX_TOPIC} characters, this one ${topic.length}.`, {
        item: 'topic',
        value: topic.slice(0, 80),
      });
    }
    const layout = scanPublishBody(given);
    // The journal hands on what other platforms published: it is kept already, and its sender stands in the body.
    const handedOn = peer.link.trusted && peer.identity === services.journal;
    const body = handedOn ? given : appendSender(given, layout.closing, peer.identity);
    const rest = message.slice(at.args + 3);
    const delivered = [topicFrame, body, ...rest];
    if (handedOn || layout.bus !== '' || this.#tap?.captures(topic) !== true) {
      const count = this.#deliver(peer, message, topic, layout, delivered);
      respond(peer, message, encodeValue(count));
    } else this.#keepAndDeliver(this.#tap, peer, message, topic, layout, delivered);
  }

  /** Our publishers number their messages and are answered after the commit; others at once (issue A, history). */
  #keepAndDeliver(
    tap: PublishTap,
    peer: Peer,
    message: Frames,
    topic: string,
    layout: PublishBodyLayout,
    delivered: Frames,
  ): void {
    const id: PublicationId | undefined = parsePublicationId(decodeText(idOf(message)));
    let count = 0;
    const verdict = tap.capture({ user: peer.link.user, topic, body: delivered[1] ?? frames.empty, id }, (outcome) => {
      if (id === undefined) return;
      if (outcome === 'kept') respond(peer, message, encodeValue(count));
      else peer.send(errorFrames('again', peer.userFrame, idOf(message), frames.empty, frames.pubsub));
    });
    if (verdict === 'duplicate') return;
    count = this.#deliver(peer, message, topic, layout, delivered);
    if (id === undefined) respond(peer, message, encodeValue(count));
  }

  #deliver(peer: Peer, message: Frames, topic: string, layout: PublishBodyLayout, delivered: Frames): number {
    const subscribers = this.#index.match(layout.bus, topic);
    if (subscribers.length === 0) return 0;
    const id = idOf(message);
    const whole = [frames.empty, frames.signature, peer.userFrame, id, frames.pubsub, frames.publish, ...delivered];
    for (const subscriber of subscribers) {
      if (subscriber.send(whole) === 'full') {
        peer.send(errorFrames('again', peer.userFrame, id, subscriber.identityFrame, frames.pubsub));
      }
    }
    return subscribers.length;
  }
}

const idOf = (message: Frames): Uint8Array => message[at.id] ?? frames.empty;

function reply(peer: Peer, message: Frames, operation: Uint8Array, value: Uint8Array): void {
  peer.send([frames.empty, frames.signature, peer.userFrame, idOf(message), frames.pubsub, operation, value]);
}

const respond = (peer: Peer, message: Frames, value: Uint8Array): void => {
  reply(peer, message, frames.requestResponse, value);
};
