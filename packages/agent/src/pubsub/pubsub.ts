import {
  ClosedError,
  decodeCount,
  decodeText,
  encodeRpc,
  encodeText,
  equalsAscii,
  InvalidValueError,
  parseLooseJson,
} from '@volttron-ts/vip-core';
import type { OutgoingMessage, VipMessage } from '@volttron-ts/vip-core';
import type { Session } from '../session/session.ts';
import { DeliveryQueue } from './delivery-queue.ts';
import type { QueueLimits } from './delivery-queue.ts';
import type { AcknowledgedLedger } from './ledger.ts';
import { Publisher } from './publisher.ts';
import type { PublishOptions } from './publisher.ts';
import type { WindowLimits } from './publish-window.ts';
import type { PointMetadata, PointValues } from './reading.ts';
import { QueuedSubscription } from './subscription.ts';
import type { Interest, Subscription } from './subscription.ts';

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
   * is not taken waits in a bounded queue, and a full queue holds the bus back.
   */
  subscribe<Values extends object = PointValues>(prefix: string, options?: SubscribeOptions): Subscription<Values>;
  /** See Publisher.publish. */
  publish(topic: string, message: unknown, options?: PublishOptions): Promise<number>;
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
/** Longer ones are answered by our router as if they were nothing. */
const MAX_TOPIC = 4096;
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
    const { prefix, bus, allPlatforms } = one.interest;
    this.#ask('subscribe', { prefix: [prefix], bus, all_platforms: allPlatforms }).then(
      (accepted) => {
        if (accepted) one.known();
        else {
          this.#subscriptions.delete(one);
          one.queue.end(new InvalidValueError('prefix', prefix, `The platform does not take the prefix "${prefix}".`));
        }
      },
      (error: unknown) => {
        this.#session.log.debug('a subscription was not answered', { prefix, reason: String(error) });
      },
    );
  }

  async #ask(operation: string, body: unknown): Promise<boolean> {
    const answer = await this.#session.ask({
      peer: '',
      subsystem: 'pubsub',
      id: `s.${this.#publisher.epoch}.${++this.#count}`,
      args: [encodeText(operation), encodeRpc(body)],
      what: operation,
      timeoutMs: ANSWER_MS,
    });
    return decodeCount(answer.args[1]) !== 0;
  }

  #forget(one: QueuedSubscription): void {
    if (!this.#subscriptions.delete(one)) return;
    if (!this.#anyFull()) this.#goOn();
    const key = keyOf(one.interest);
    if (this.#session.phase !== 'established') return;
    if ([...this.#subscriptions].some(({ interest }) => keyOf(interest) === key)) return;
    const { prefix, bus, allPlatforms } = one.interest;
    const named = { prefix: [prefix], bus };
    this.#ask('unsubscribe', allPlatforms ? { all: named } : { internal: named }).catch((error: unknown) => {
      this.#session.log.debug('an unsubscribe was not answered', { prefix, reason: String(error) });
    });
  }

  /** Tells a new connection all subscriptions (§2.7.5). */
  async #synchronize(): Promise<void> {
    const subscriptions: Record<'internal' | 'all', Record<string, string[]>> = { internal: {}, all: {} };
    for (const { interest } of this.#subscriptions) {
      const prefixes = (subscriptions[interest.allPlatforms ? 'all' : 'internal'][interest.bus] ??= []);
      if (!prefixes.includes(interest.prefix)) prefixes.push(interest.prefix);
    }
    await this.#session.tellAtOnce(synchronizeMessage(`s.${this.#publisher.epoch}.${++this.#count}`, subscriptions));
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

/** Python routers parse frames that are JSON, so a topic must not be (vip-zmq.md §9). */
function topicFault(topic: string): InvalidValueError | undefined {
  const remedy = 'Write it as words with slashes, such as devices/campus/building/ahu1/all.';
  if (topic === '') return new InvalidValueError('topic', topic, 'A publication needs a topic.', remedy);
  if (topic.length > MAX_TOPIC) {
    const why = `A topic has at most ${MAX_TOPIC} characters, this one ${topic.length}.`;
    return new InvalidValueError('topic', topic.slice(0, 80), why, remedy);
  }
  if (!/^\s*(?:-?\d|-?Infinity|NaN|[[{"]|true|false|null)/.test(topic)) return undefined;
  try {
    parseLooseJson(topic);
  } catch {
    return undefined;
  }
  return new InvalidValueError('topic', topic, `The topic ${topic} is JSON, which Python platforms change.`, remedy);
}

function synchronizeMessage(id: string, subscriptions: unknown): OutgoingMessage {
  const args = [encodeText('synchronize'), encodeText('connected'), encodeRpc({ subscriptions })];
  return { peer: '', id, subsystem: 'pubsub', args };
}
