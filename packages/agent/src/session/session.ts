import { AgainError, encodeText, equalsAscii, VipError } from '@volttron-ts/vip-core';
import type { BusConnection, BusState, Clock, Logger, OutgoingMessage, VipMessage } from '@volttron-ts/vip-core';
import type { HelloTimeoutError } from '../errors.ts';
import { AwaitedAnswers } from './awaited-answers.ts';
import { asBusError, readErrorNotice } from './bus-errors.ts';
import type { ErrorNotice } from './bus-errors.ts';
import { answerUnknownSubsystem } from './unknown-subsystem.ts';
import { Greeting } from './hello.ts';
import { Outbox, sendAtOnce } from './outbox.ts';
import type { Hold } from './outbox.ts';
import { Phases } from './phases.ts';
import type { PhaseListener, SessionPhase } from './phases.ts';
import { WaitCount } from './wait-count.ts';

export interface SessionOptions {
  readonly bus: BusConnection;
  readonly clock: Clock;
  readonly log: Logger;
  /** Called when the platform does not answer the hello in time; else the session goes on waiting. */
  readonly overdue?: (error: HelloTimeoutError) => void;
}

/** A question to a peer; `''` is the router. */
export interface Question {
  readonly peer: string;
  readonly subsystem: string;
  readonly id: string;
  readonly args: readonly Uint8Array[];
  /** For error texts. */
  readonly what: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** A long poll, whose answer may wait behind publications. */
  readonly patient?: boolean;
}

type Handler = (message: VipMessage) => void | Promise<void>;

/**
 * An agent's life on one bus: greets on each connection, restores what must stand (`onGreeted`), then lets messages go.
 * Knows no subsystem but `hello` and `error`.
 */
export class Session {
  readonly identity: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly waits = new WaitCount();
  readonly #bus: BusConnection;
  readonly #answers: AwaitedAnswers;
  readonly #outbox: Outbox;
  readonly #greeting: Greeting;
  readonly #handlers = new Map<string, Handler>();
  readonly #restores: (() => Promise<void>)[] = [];
  readonly #phases: Phases;
  readonly #errorHandlers: ((id: string, notice: ErrorNotice) => boolean)[] = [];
  #user: string;
  #dropping = false;
  /** Counts connections, so that a greeting of an earlier one ends. */
  #connection = 0;

  constructor({ bus, clock, log, overdue }: SessionOptions) {
    this.identity = bus.identity;
    this.clock = clock;
    this.log = log;
    this.#bus = bus;
    this.#user = bus.identity;
    this.#answers = new AwaitedAnswers(clock);
    this.#outbox = new Outbox(bus);
    this.#phases = new Phases(bus.identity);
    this.#greeting = new Greeting({ identity: bus.identity, clock, log }, overdue);
  }

  get phase(): SessionPhase {
    return this.#phases.phase;
  }

  /** The user whom the platform knows this session as; the identity before the first welcome. */
  get user(): string {
    return this.#user;
  }

  /** The bus, for those that keep their own order of sending. */
  get bus(): BusConnection {
    return this.#bus;
  }

  open(): void {
    this.#greeting.expect();
    this.#bus.open({
      message: (message) => this.#receive(message),
      state: (state, reason) => {
        this.#busBecame(state, reason);
      },
    });
  }

  /** Names who takes the messages of a subsystem that answer no question. A returned promise holds reading back. */
  handle(subsystem: string, handler: Handler): void {
    this.#handlers.set(subsystem, handler);
  }

  /** Hears errors of messages that were not sent by `ask`; answers whether it was its own. */
  onError(handler: (id: string, notice: ErrorNotice) => boolean): void {
    this.#errorHandlers.push(handler);
  }

  /** Runs after each welcome, in order, before anything else may leave. */
  onGreeted(restore: () => Promise<void>): void {
    this.#restores.push(restore);
  }

  onPhase(listener: PhaseListener): () => void {
    return this.#phases.onPhase(listener);
  }

  /** See Phases.refusal. */
  get refusal(): VipError | undefined {
    return this.#phases.refusal;
  }

  /** See Phases.established. */
  established(signal?: AbortSignal, denials?: 'reject' | 'wait'): Promise<void> {
    return this.#phases.established(signal, denials);
  }

  /** Sends when the session stands; given up when it is denied or closed, or when too much waits to leave. */
  tell(message: OutgoingMessage): void {
    if (this.refusal !== undefined) return;
    const { peer, subsystem } = message;
    const taken = this.#outbox.put(message);
    // Once, until there is room again.
    if (!taken && !this.#dropping) {
      this.log.warn('messages are dropped: too many wait for the platform', { peer, subsystem });
    }
    this.#dropping = !taken;
  }

  /** Sends when the session stands, while it is still wanted. Throws AgainError when too much waits to leave. */
  offer(message: OutgoingMessage, hold: Hold): void {
    if (!this.#outbox.put(message, hold)) throw new AgainError(message.peer);
  }

  /** Sends during `onGreeted`, past all that waits. */
  tellAtOnce(message: OutgoingMessage): Promise<void> {
    return sendAtOnce(this.#bus, message);
  }

  /** Asks and settles with the answer; rejects with what the bus answers, TimeoutError, ClosedError, DeniedError. */
  async ask({ what, timeoutMs, signal, patient = false, ...message }: Question): Promise<VipMessage> {
    if (this.refusal !== undefined) throw this.refusal;
    const answer = this.#answers.expect(message.id, { peer: message.peer, what, timeoutMs, signal });
    const taken = this.#outbox.put(message, {
      wanted: () => this.#answers.has(message.id),
      sent: () => {
        this.#answers.markSent(message.id);
      },
    });
    if (!taken) this.#answers.fail(message.id, new AgainError(message.peer));
    if (patient) return answer;
    this.waits.add();
    try {
      return await answer;
    } finally {
      this.waits.done();
    }
  }

  /** Hands over the answer to a question whose id stands inside the message. */
  answer(id: string, message: VipMessage): boolean {
    return this.#answers.answer({ ...message, id });
  }

  /** Lets what was sent leave, then ends. */
  async close(): Promise<void> {
    this.#greeting.stop();
    await this.#bus.close();
    this.#become('closed');
  }

  /** Tells the router that this agent goes, then ends. */
  async leave(): Promise<void> {
    if (this.phase === 'established') {
      const farewell = { peer: '', id: '', subsystem: 'agentstop', args: [encodeText(this.identity)] };
      await sendAtOnce(this.#bus, farewell).catch(() => undefined);
    }
    await this.close();
  }

  #busBecame(state: BusState, reason: VipError | undefined): void {
    if (this.phase === 'closed') return;
    this.#connection++;
    switch (state) {
      case 'connected':
        // The platform lets the key in: a denial is over.
        this.#become('connecting');
        void this.#greet();
        return;
      case 'lost':
        this.#away('lost', reason);
        this.#answers.failSent();
        return;
      case 'refused':
        this.#away(reason?.code === 'denied' ? 'denied' : 'waiting', reason);
        return;
      case 'closed':
        this.#become('closed');
        return;
      case 'connecting':
        return;
    }
  }

  #away(phase: 'lost' | 'waiting' | 'denied', reason: VipError | undefined): void {
    this.#outbox.pause();
    this.#become(phase, reason);
  }

  async #greet(): Promise<void> {
    const greeting = this.#greeting.next();
    await sendAtOnce(this.#bus, greeting).catch((error: unknown) => {
      this.log.debug('hello could not leave', { reason: String(error) });
    });
  }

  async #welcomed(message: VipMessage): Promise<void> {
    const connection = this.#connection;
    if (message.user !== '') this.#user = message.user;
    try {
      for (const restore of this.#restores) {
        await restore();
        if (connection !== this.#connection) return;
      }
    } catch (error) {
      if (connection === this.#connection) {
        this.log.warn('the connection failed while it was set up', { reason: String(error) });
      }
      return;
    }
    this.#outbox.open();
    this.#become('established');
  }

  #become(phase: SessionPhase, reason?: VipError): void {
    if (!this.#phases.enter(phase, reason)) return;
    const { refusal } = this;
    if (refusal !== undefined) this.#answers.failAll(refusal);
    if (phase === 'closed') this.#outbox.close();
    this.#phases.tell();
  }

  #receive(message: VipMessage): void | Promise<void> {
    if (message.subsystem === 'error') {
      this.#failed(message);
      return;
    }
    if (message.subsystem === 'hello' && this.#greeting.isWelcome(message)) {
      void this.#welcomed(message);
      return;
    }
    if (!carriesForeignId(message) && this.#answers.answer(message)) return;
    const handler = this.#handlers.get(message.subsystem);
    if (handler === undefined) this.tell(answerUnknownSubsystem(message, this.identity));
    else return this.#run(handler, message);
  }

  #run(handler: Handler, message: VipMessage): void | Promise<void> {
    try {
      const taking = handler(message);
      if (taking instanceof Promise) {
        return taking.catch((error: unknown) => {
          this.#unread(message, error);
        });
      }
    } catch (error) {
      this.#unread(message, error);
    }
  }

  /** No message may stop the agent. */
  #unread({ peer, subsystem }: VipMessage, error: unknown): void {
    const reason = error instanceof VipError ? error.line : String(error);
    this.log.warn('a message could not be read', { peer, subsystem, reason });
  }

  #failed(message: VipMessage): void {
    const notice = readErrorNotice(message);
    // Routers put numeric ids into JSON quotes (vip-zmq.md §9); ours are never numeric.
    if (this.#errorHandlers.some((handler) => handler(message.id, notice))) return;
    if (!this.#answers.fail(message.id, asBusError(notice))) {
      this.log.debug('an error for nothing that is awaited', { peer: message.peer, ...notice });
    }
  }
}

/** The id of a delivered publication is its publisher's, and that of a call from another platform its caller's. */
const carriesForeignId = ({ subsystem, args }: VipMessage): boolean =>
  subsystem === 'external_rpc' || (subsystem === 'pubsub' && equalsAscii(args[0], 'publish'));
