import type { Channel, ChannelModel } from 'amqplib';
import {
  checkTopic,
  decodeText,
  parsePublicationId,
  readList,
  readSynchronize,
  readUnsubscribe,
  VipError,
} from '@volttron-ts/vip-core';
import type { Logger, OutgoingMessage, RequestedSubscription, VipMessage } from '@volttron-ts/vip-core';
import { encodePublication } from './amqp-publication.ts';
import type { ConfirmedChannel, Sending } from './confirmed-channel.ts';
import { brokerText } from './explain-failure.ts';
import { localAnswers } from './local-answers.ts';
import { readQueueSubscribe } from './queue-subscribe.ts';
import type { Subscription } from './queue-subscribe.ts';
import { RefusedSubscription } from './subscriptions.ts';
import type { Subscriptions } from './subscriptions.ts';

/** A publication on its way. */
export interface SentPublication extends Sending {
  readonly id: string;
  readonly topic: string;
}

export interface RmqPubSubOptions {
  readonly instance: string;
  readonly identity: string;
  readonly user: string;
  readonly log: Logger | undefined;
  readonly subscriptions: Subscriptions;
  readonly channel: ConfirmedChannel<SentPublication>;
  /** Hands an answer to the agent, later than the request. */
  answer(message: VipMessage): void;
}

const SUBSYSTEM = 'pubsub';
const NONE = new Uint8Array();

/** What a ZMQ router does for its peers' subsystem `pubsub`, by the broker; answered in the same words. */
export class RmqPubSub {
  readonly #options: RmqPubSubOptions;
  /** Numbered publications that the broker has not confirmed. */
  readonly #sent = new Set<string>();
  /** Bindings change one after another. */
  #changes: Promise<void> = Promise.resolve();

  constructor(options: RmqPubSubOptions) {
    this.#options = options;
  }

  /** Serves a message to the router; whatever is wrong with it is answered, never thrown. */
  handle(message: OutgoingMessage): void {
    const operation = decodeText(message.args[0] ?? NONE);
    try {
      this.#serve(operation, message);
    } catch (error) {
      if (!(error instanceof VipError)) throw error;
      this.#refuse(message.id, 'invalid', error.line, operation === 'publish' ? 0 : false);
    }
  }

  /** Restores the subscriptions, after what is being changed. */
  async attach(connection: ChannelModel, channel: Channel): Promise<void> {
    const restoring = this.#changes.then(() => this.#options.subscriptions.attach(connection, channel));
    this.#changes = restoring.catch(() => undefined);
    await restoring;
  }

  confirmed({ id }: SentPublication): void {
    this.#sent.delete(id);
    this.#respond(id, 1);
  }

  /** The broker could not keep it: the publisher tries again later. */
  failed({ id }: SentPublication): void {
    this.#sent.delete(id);
    this.#tell(localAnswers.error(this.#options.identity, 'again', { peer: '', id, subsystem: SUBSYSTEM }));
  }

  refused({ id, topic }: SentPublication, error: Error): void {
    this.#sent.delete(id);
    const { user, log } = this.#options;
    const isTooLong = error.message.includes('message size');
    const text = `The broker does not let "${user}" publish to topic "${topic}": ${brokerText(error.message)}.`;
    log?.warn('a publication was refused', { topic, reason: brokerText(error.message) });
    this.#refuse(id, isTooLong ? 'tooLong' : 'unauthorized', text, 0);
  }

  #serve(operation: string, message: OutgoingMessage): void {
    const body = message.args[1];
    switch (operation) {
      case 'publish':
        this.#publish(message);
        return;
      case 'subscribe':
        this.#change(message.id, this.#subscribing(readQueueSubscribe(body)));
        return;
      case 'unsubscribe':
        this.#unsubscribe(message.id, body);
        return;
      case 'synchronize':
        this.#synchronize(message);
        return;
      case 'list':
        this.#list(message.id, body);
        return;
      default:
        throw new VipError('unknown-operation', `Pub/sub has no operation ${JSON.stringify(operation.slice(0, 40))}.`);
    }
  }

  #publish({ id, args }: OutgoingMessage): void {
    const [, topicFrame, body] = args;
    if (topicFrame === undefined || body === undefined) return;
    // Agents send their unanswered publications again on a new connection, as this connection does.
    if (this.#sent.has(id)) return;
    const { instance, identity, user, channel } = this.#options;
    const topic = checkTopic(decodeText(topicFrame));
    const { routingKey, properties, content } = encodePublication({ instance, identity, id, topic, body }, user);
    if (parsePublicationId(id) !== undefined) this.#sent.add(id);
    channel.send({ id, topic, routingKey, content, options: properties });
  }

  #unsubscribe(id: string, body: Uint8Array | undefined): void {
    const wanted = readUnsubscribe(body);
    this.#change(id, async () => {
      const { subscriptions } = this.#options;
      const gone = subscriptions.all.filter(({ bus, prefix, allPlatforms }) =>
        wanted.some(
          (one) =>
            one.bus === bus &&
            one.allPlatforms === allPlatforms &&
            (one.prefixes === null || one.prefixes.includes(prefix)),
        ),
      );
      await subscriptions.remove(gone);
    });
  }

  #synchronize({ id, args }: OutgoingMessage): void {
    const wanted = readSynchronize(args[2]).map((one) => ({ ...one, persistentQueue: undefined }));
    const keyOf = ({ bus, prefix, allPlatforms }: RequestedSubscription): string =>
      JSON.stringify([bus, prefix, allPlatforms]);
    const keep = new Set(wanted.map(keyOf));
    const { subscriptions } = this.#options;
    this.#change(
      id,
      async () => {
        const gone = subscriptions.all.filter((one) => one.persistentQueue === undefined && !keep.has(keyOf(one)));
        await subscriptions.remove(gone);
        await subscriptions.add(wanted);
      },
      false,
    );
  }

  #subscribing(wanted: readonly Subscription[]): () => Promise<void> {
    return () => this.#options.subscriptions.add(wanted);
  }

  /** The connection went away meanwhile: nobody waits for an answer. */
  #change(id: string, change: () => Promise<void>, isAnswered = true): void {
    const { subscriptions, user, log } = this.#options;
    this.#changes = this.#changes.then(async () => {
      if (!subscriptions.isAttached()) return;
      try {
        await change();
        if (isAnswered) this.#respond(id, true);
      } catch (error) {
        if (!(error instanceof Error) || !subscriptions.isAttached()) return;
        const reason = brokerText(error.message);
        if (error instanceof RefusedSubscription) {
          const { prefix } = error.subscription;
          log?.warn('a subscription was refused', { prefix, reason });
          const text = `The broker does not let "${user}" subscribe to topic "${prefix}": ${reason}.`;
          this.#refuse(id, error.cause instanceof VipError ? 'invalid' : 'unauthorized', text, false);
        } else this.#refuse(id, 'invalid', reason, false);
      }
    });
  }

  /** Subscriptions of others are the broker's secret: only its administrators may list bindings. */
  #list(id: string, body: Uint8Array | undefined): void {
    const { prefix: text, bus: wanted, reverse, allPlatforms } = readList(body);
    const rows = this.#options.subscriptions.all
      .filter(({ prefix }) => (reverse ? text.startsWith(prefix) : prefix.startsWith(text)))
      .filter((one) => one.allPlatforms === allPlatforms && (wanted === null || wanted === one.bus))
      .map(({ bus, prefix }) => [bus, prefix, true] as const);
    this.#tell(localAnswers.list(this.#options.identity, id, rows));
  }

  #refuse(id: string, kind: 'invalid' | 'unauthorized' | 'tooLong', text: string, answer: number | boolean): void {
    this.#tell(localAnswers.refuse(this.#options.identity, kind, text, { peer: '', id, subsystem: SUBSYSTEM }));
    this.#respond(id, answer);
  }

  #respond(id: string, value: number | boolean): void {
    this.#tell(localAnswers.respond(this.#options.identity, id, value));
  }

  #tell(message: VipMessage): void {
    this.#options.answer(message);
  }
}
