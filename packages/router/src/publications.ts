import {
  appendSender,
  checkTopic,
  decodePublishBody,
  decodeText,
  encodeText,
  encodeValue,
  parsePublicationId,
  scanPublishBody,
  services,
} from '@volttron-ts/vip-core';
import type { CaptureOutcome, Logger, PublishTap, RelayedPublication } from '@volttron-ts/vip-core';
import { at, frames, idOf } from './frames.ts';
import type { Peer } from './peer.ts';
import { respond } from './pubsub-answers.ts';
import { errorFrames, refuse } from './router-errors.ts';
import type { SubscriptionIndex } from './subscription-index.ts';
import type { TopicGuard } from './topic-guard.ts';

type Frames = readonly Uint8Array[];

/** A publication on its way to those who want it. */
export interface Publication {
  /** Who handed it to this router. */
  readonly peer: Peer;
  /** The message as it came. */
  readonly message: Frames;
  readonly topic: string;
  readonly bus: string;
  /** Topic, body with its sender, and further arguments. */
  readonly delivered: Frames;
  /** Came from another platform, or by way of its journal: it goes to no other platform, else it could come back. */
  readonly isForeign: boolean;
}

export interface PublicationOptions {
  readonly index: SubscriptionIndex<Peer>;
  readonly tap: PublishTap | undefined;
  readonly guard: TopicGuard | undefined;
  /** Sends it to the platforms that want it; answers how many do. */
  readonly toPlatforms: (publication: Publication) => number;
  /** Hands it to the buses that deliver by themselves; answers how many took it. */
  readonly toRelays: (publication: Publication) => number;
  readonly log: Logger;
}

/** One that a bus has delivered to its own subscribers. */
export type FromRelay = Pick<RelayedPublication, 'id' | 'topic' | 'body'> & { readonly isForeign: boolean };

interface Accepted {
  readonly topicFrame: Uint8Array;
  readonly body: Uint8Array;
  /** Where the last bracket of the body is. */
  readonly closing: number;
  readonly topic: string;
  readonly bus: string;
}

const pubsub = { recipient: frames.empty, subsystem: frames.pubsub };

/** What becomes of a publication (reference/vip-zmq.md §2.7.3): checked, kept, delivered, answered. */
export class Publications {
  readonly #options: PublicationOptions;

  constructor(options: PublicationOptions) {
    this.#options = options;
  }

  /** A peer's own. Throws VipError for a malformed one. */
  publish(peer: Peer, message: Frames): void {
    const accepted = this.#accept(peer, message);
    if (accepted === undefined) return;
    const { topicFrame, body, topic, bus, closing } = accepted;
    // The journal hands on what other platforms published: it is kept already, and its sender stands in the body.
    const isForeign = peer.link.trusted && peer.identity === services.journal;
    const whole = isForeign ? body : appendSender(body, closing, peer.identity);
    const publication = {
      peer,
      message,
      topic,
      bus,
      delivered: [topicFrame, whole, ...message.slice(at.args + 3)],
      isForeign,
    };
    if (isForeign) this.#answer(publication, this.#deliver(publication));
    else this.#keep(publication);
  }

  /** One of another platform (§2.8), as if it were published here, under the name of that platform. */
  publishOf(platform: string, peer: Peer, message: Frames): void {
    const accepted = this.#accept(peer, message);
    if (accepted === undefined) return;
    const { topicFrame, body, topic, bus, closing } = accepted;
    const sender = `${platform}.${decodePublishBody(body).sender}`;
    const delivered = [topicFrame, appendSender(body, closing, sender), ...message.slice(at.args + 3)];
    this.#keep({ peer, message, topic, bus, delivered, isForeign: true });
  }

  /** One that its bus has delivered already: it is kept, and delivered to those who are not on that bus. */
  fromRelay(
    peer: Peer,
    { id, topic, body, isForeign }: FromRelay,
    settled: (outcome: CaptureOutcome) => void = () => undefined,
  ): void {
    const { tap, guard, log } = this.#options;
    const { user } = peer.link;
    if (guard?.publishRefusal(user, topic) !== undefined) {
      peer.complain(log, 'a publication to a protected topic was refused', { topic, user });
      settled('kept');
      return;
    }
    const message = [frames.empty, frames.signature, peer.userFrame, encodeText(id), frames.pubsub];
    const publication = { peer, message, topic, bus: '', delivered: [encodeText(topic), body], isForeign };
    if (tap?.captures(topic) !== true) settled('kept');
    else if (tap.capture({ user, topic, body, id: parsePublicationId(id) }, settled) !== 'new') return;
    this.#deliver(publication);
  }

  /** Tells the publisher that nothing became of it: an error, and the count that Python waits for. */
  fail(peer: Peer, message: Frames, text: string): void {
    this.#passedOver(peer, message, 'never');
    refuse(peer, message, 'invalid', text, pubsub);
    respond(peer, message, encodeValue(0));
  }

  /** The parts of a publication that may be; undefined for one that is incomplete, and for one that was answered. */
  #accept(peer: Peer, message: Frames): Accepted | undefined {
    const topicFrame = message[at.args + 1];
    const body = message[at.args + 2];
    if (topicFrame === undefined || body === undefined) return undefined;
    if (!peer.countPublication()) {
      this.#aboveRate(peer, message, decodeText(topicFrame));
      return undefined;
    }
    const topic = checkTopic(decodeText(topicFrame));
    const { bus, closing } = scanPublishBody(body);
    return this.#isRefused(peer, message, topic) ? undefined : { topicFrame, body, topic, bus, closing };
  }

  #aboveRate(peer: Peer, message: Frames, topic: string): void {
    if (this.#options.tap?.captures(topic) === true) this.#passedOver(peer, message, 'again');
    peer.complain(this.#options.log, 'a peer publishes more than it may; it is told to try again');
    peer.send(errorFrames('again', peer.userFrame, idOf(message), frames.empty, frames.pubsub));
  }

  /** The tap keeps nothing behind a publication that comes again, and must not wait for one that does not. */
  #passedOver(peer: Peer, message: Frames, comes: 'again' | 'never'): void {
    const id = parsePublicationId(decodeText(idOf(message)));
    if (id !== undefined) this.#options.tap?.passedOver(peer.link.user, id, comes);
  }

  #isRefused(peer: Peer, message: Frames, topic: string): boolean {
    const { guard, log } = this.#options;
    if (guard === undefined || peer.link.trusted) return false;
    const refusal = guard.publishRefusal(peer.link.user, topic);
    if (refusal === undefined) return false;
    peer.complain(log, 'a publication to a protected topic was refused', { topic, user: peer.link.user });
    this.#passedOver(peer, message, 'never');
    refuse(peer, message, 'unauthorized', refusal, pubsub);
    respond(peer, message, encodeValue(0));
    return true;
  }

  /** Our publishers number their messages and are answered after the commit; others at once (issue A, history). */
  #keep(publication: Publication): void {
    const { tap, log } = this.#options;
    const { peer, message, topic, bus, delivered } = publication;
    if (tap === undefined || bus !== '' || !tap.captures(topic)) {
      this.#answer(publication, this.#deliver(publication));
      return;
    }
    const id = parsePublicationId(decodeText(idOf(message)));
    let count = 0;
    const captured = { user: peer.link.user, topic, body: delivered[1] ?? frames.empty, id };
    const verdict = tap.capture(captured, (outcome) => {
      if (id === undefined) {
        if (outcome === 'refused') peer.complain(log, 'the journal could not keep a publication', { topic });
      } else if (outcome === 'kept') this.#answer(publication, count);
      else peer.send(errorFrames('again', peer.userFrame, idOf(message), frames.empty, frames.pubsub));
    });
    if (verdict !== 'new') return;
    count = this.#deliver(publication);
    if (id === undefined) this.#answer(publication, count);
  }

  #answer({ peer, message }: Publication, count: number): void {
    respond(peer, message, encodeValue(count));
  }

  #deliver(publication: Publication): number {
    const { peer, message, delivered, bus, isForeign } = publication;
    const subscribers = this.#readers(publication, this.#options.index.match(bus, publication.topic));
    let count = 0;
    if (subscribers.length > 0) {
      const id = idOf(message);
      const whole = [frames.empty, frames.signature, peer.userFrame, id, frames.pubsub, frames.publish, ...delivered];
      for (const subscriber of subscribers) {
        const result = subscriber.send(whole);
        if (result === 'sent') count += 1;
        else if (result === 'full') {
          peer.send(errorFrames('again', peer.userFrame, id, subscriber.identityFrame, frames.pubsub));
        }
      }
    }
    const { toPlatforms, toRelays } = this.#options;
    return count + toRelays(publication) + (isForeign ? 0 : toPlatforms(publication));
  }

  /** Those subscribers that may read the topic: a short prefix must not leak what a long one may not ask for. */
  #readers({ topic }: Publication, subscribers: readonly Peer[]): readonly Peer[] {
    const { guard } = this.#options;
    if (guard?.protectsReading !== true) return subscribers;
    return subscribers.filter(({ link }) => guard.mayReceive(link.user, topic));
  }
}
