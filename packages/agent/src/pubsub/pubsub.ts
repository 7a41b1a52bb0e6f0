import {
  ClosedError,
  decodeCount,
  decodeText,
  equalsAscii,
  InvalidValueError,
  UnauthorizedError,
} from '@volttron-ts/vip-core';
import type { VipMessage } from '@volttron-ts/vip-core';
import { BusError } from '../errors.ts';
import type { Session } from '../session/session.ts';
import { DeliveryQueue } from './delivery-queue.ts';
import type { QueueLimits } from './delivery-queue.ts';
import type { AcknowledgedLedger } from './ledger.ts';
import { Publisher } from './publisher.ts';
import type { PublishOptions } from './publisher.ts';
import type { WindowLimits } from './publish-window.ts';
import type { PointMetadata, PointValues } from './reading.ts';
import { subscribeRequest, synchronizeRequest, unsubscribeRequest } from './requests.ts';
import { QueuedSubscription } from './subscription.ts';
import type { Interest, Subscription } from './subscription.ts';
import { textFault, topicFault } from './topic.ts';

export interface SubscribeOptions {
  readonly signal?: AbortSignal;
  readonly bus?: string;
  /** Also what other platforms publish, where platforms share subscriptions. */
  readonly allPlatforms?: boolean;
}

/** `vip.pubsub`: publications of others, and one's own. */
export interface PubSub {
  /**
   * The publications whose topic starts with `prefix`. The subscription stands from now on and over reconnects; what
   * is not taken waits in a bounded queue, and a full queue holds the bus back. Throws InvalidValueError for a prefix
   * that cannot be one; what the platform refuses ends it with UnauthorizedError.
   */
  subscribe<Values extends object = PointValues>(prefix: string, options?: SubscribeOptions): Subscription<Values>;
  /** See Publisher.publish. */
  publish(topic: string, message: unknown, options?: PublishOptions): Promise<number>;
  /** The same for a message that is JSON text, such as `json` of a reading: it leaves as it is written. */
  publishJson(topic: string, json: string, options?: PublishOptions): Promise<number>;
  /** Publishes the readings of a device (topic `…/all`) as drivers do: `[values, metadata]`. */
  publishDevice(
    topic: string,
    values: Readonly<Record<string, unknown>>,
    metadata: Readonly<Record<string, PointMetadata>>,
    options?: PublishOptions,
  ): Promise<number>;
  /** Counts what the platform acknowledges under a prefix, since it was first asked for. */
  ledger(prefix: string): { acknowledged(): AcknowledgedLedger };
  /** Publications that wait for the platform's answer. */
  readonly outstanding: number;
  /** Settles when there are none, or after so many ms; answers how many are left. */
  drain(timeoutMs: number): Promise<number>;
}

export interface PubSubLimits {
  readonly window: WindowLimits;
  readonly queue: QueueLimits;
}

const ANSWER_MS = 30_000;
const keyOf = ({ prefix, bus, allPlatforms }: Interest): string => JSON.stringify([allPlatforms, bus, prefix]);

/** The agent's side of the subsystem `pubsub` (vip-zmq.md §2.7). */
export class PubSubClient implements PubSub {
  readonly #session: Session;
  readonly #publisher: Publisher;
  readonly #limits: QueueLimits;
  readonly #subscriptions = new Set<QueuedSubscription>();
  #count = 0;
  /** Set while reading is held back. */
  #release: (() => void) | undefined;

  constructor(session: Session, epoch: string, limits: PubSubLimits) {
    this.#session = session;
    this.#limits = limits.queue;
    this.#publisher = new Publisher(session, epoch, limits.window);
    session.handle('pubsub', (message) => this.#receive(message));
    session.onGreeted(() => this.#synchronize());
    session.waits.onBusy(() => {
      this.#goOn();
    });
    session.onPhase((phase) => {
      if (phase === 'established') for (const one of this.#subscriptions) this.#announce(one);
      if (phase === 'closed') for (const one of this.#subscriptions) one.queue.end(new ClosedError('The subscription'));
      // A connection that is gone has nothing to hold back.
      else if (phase !== 'established') this.#goOn();
    });
  }

  get outstanding(): number {
    return this.#publisher.outstanding;
  }

  publish(topic: string, message: unknown, options?: PublishOptions): Promise<number> {
    const fault = topicFault(topic);
    return fault === undefined ? this.#publisher.publish(topic, message, options) : Promise.reject(fault);
  }

  publishJson(topic: string, json: string, options?: PublishOptions): Promise<number> {
    const fault = topicFault(topic);
    return fault === undefined ? this.#publisher.publishJson(topic, json, options) : Promise.reject(fault);
  }

  publishDevice(
    topic: string,
    values: Readonly<Record<string, unknown>>,
    metadata: Readonly<Record<string, PointMetadata>>,
    options?: PublishOptions,
  ): Promise<number> {
    return this.publish(topic, [values, metadata], options);
  }

  ledger(prefix: string): { acknowledged(): AcknowledgedLedger } {
    return this.#publisher.ledger(prefix);
  }

  drain(timeoutMs: number): Promise<number> {
    return this.#publisher.drain(timeoutMs);
  }

  subscribe<Values extends object = PointValues>(
    prefix: string,
    { signal, bus = '', allPlatforms = false }: SubscribeOptions = {},
  ): Subscription<Values> {
    const fault = textFault('prefix', prefix);
    if (fault !== undefined) throw fault;
    const queue = new DeliveryQueue(this.#limits, this.#session.log, () => {
      if (!this.#anyFull()) this.#goOn();
    });
    const close = (): void => {
      one.close();
    };
    const one: QueuedSubscription = new QueuedSubscription({ prefix, bus, allPlatforms }, queue, () => {
      signal?.removeEventListener('abort', close);
      this.#forget(one);
    });
    this.#subscriptions.add(one);
    signal?.addEventListener('abort', close);
    if (signal?.aborted === true) close();
    else this.#announce(one);
    // The author names the type of the values; nobody checks it (see Reading.values).
    return one as unknown as Subscription<Values>;
  }

  /** Asks the router; until it answers, each connection asks again. */
  #announce(one: QueuedSubscription): void {
    if (one.isKnown || this.#session.phase !== 'established') return;
    const { prefix } = one.interest;
    this.#ask('subscribe', subscribeRequest(one.interest)).then(
      (accepted) => {
        if (accepted) one.known();
        else this.#refused(one, new InvalidValueError('prefix', prefix, `The platform does not take "${prefix}".`));
      },
      (error: unknown) => {
        if (error instanceof UnauthorizedError || error instanceof BusError) this.#refused(one, error);
        else this.#session.log.debug('a subscription was not answered', { prefix, reason: String(error) });
      },
    );
  }

  #refused(one: QueuedSubscription, reason: Error): void {
    this.#subscriptions.delete(one);
    one.queue.end(reason);
  }

  async #ask(what: string, args: readonly Uint8Array[]): Promise<boolean> {
    const id = `s.${this.#publisher.epoch}.${++this.#count}`;
    const answer = await this.#session.ask({ peer: '', subsystem: 'pubsub', id, args, what, timeoutMs: ANSWER_MS });
    return decodeCount(answer.args[1]) !== 0;
  }

  #forget(one: QueuedSubscription): void {
    if (!this.#subscriptions.delete(one)) return;
    if (!this.#anyFull()) this.#goOn();
    const key = keyOf(one.interest);
    if (this.#session.phase !== 'established') return;
    if ([...this.#subscriptions].some(({ interest }) => keyOf(interest) === key)) return;
    this.#ask('unsubscribe', unsubscribeRequest(one.interest)).catch((error: unknown) => {
      this.#session.log.debug('an unsubscribe was not answered', { ...one.interest, reason: String(error) });
    });
  }

  /** Tells a new connection all subscriptions (§2.7.5). */
  async #synchronize(): Promise<void> {
    const id = `s.${this.#publisher.epoch}.${++this.#count}`;
    const args = synchronizeRequest([...this.#subscriptions].map(({ interest }) => interest));
    await this.#session.tellAtOnce({ peer: '', id, subsystem: 'pubsub', args });
  }

  #receive(message: VipMessage): void | Promise<void> {
    if (message.peer !== '') return;
    if (!equalsAscii(message.args[0], 'publish')) {
      this.#publisher.answered(message);
      return;
    }
    const [, topic, body] = message.args;
    if (topic === undefined || body === undefined) return;
    const text = decodeText(topic);
    for (const { interest, queue } of this.#subscriptions) {
      if (text.startsWith(interest.prefix)) queue.push(topic, body);
    }
    if (!this.#anyFull() || this.#session.waits.busy) return;
    return new Promise((resolve) => {
      this.#release = resolve;
    });
  }

  #anyFull(): boolean {
    for (const { queue } of this.#subscriptions) if (queue.full) return true;
    return false;
  }

  #goOn(): void {
    const release = this.#release;
    this.#release = undefined;
    release?.();
  }
}
