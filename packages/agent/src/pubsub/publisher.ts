import {
  AgainError,
  ClosedError,
  decodeCount,
  encodeText,
  formatPublicationId,
  parsePublicationId,
} from '@volttron-ts/vip-core';
import type { OutgoingMessage, VipMessage } from '@volttron-ts/vip-core';
import { asError } from '../session/awaited-answers.ts';
import { asBusError } from '../session/bus-errors.ts';
import type { ErrorNotice } from '../session/bus-errors.ts';
import type { Session } from '../session/session.ts';
import { completeHeaders } from './headers.ts';
import { Ledger } from './ledger.ts';
import type { AcknowledgedLedger } from './ledger.ts';
import { publicationBody, publicationBodyOfJson } from './publication-body.ts';
import { PublishWindow } from './publish-window.ts';
import type { WindowEntry, WindowLimits } from './publish-window.ts';
import { countReadings } from './reading.ts';

export interface PublishOptions {
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly bus?: string;
  /** How many readings the message holds, for the ledger; else its points are counted. */
  readonly readings?: number;
  /** Ends the wait. The publication may still be kept: its number was given out. */
  readonly signal?: AbortSignal;
}

const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 5000;

const publishFrame = encodeText('publish');

/**
 * Numbers publications, sends them in order, and keeps each until the platform says that it has it: after a reconnect
 * and after a refusal everything from the oldest on is sent again, in order (design §4.5). The platform knows the
 * numbers, so a resent one is stored once.
 */
export class Publisher {
  readonly epoch: string;
  readonly #session: Session;
  readonly #window: PublishWindow;
  readonly #ledgers: Ledger[] = [];
  readonly #waitingForRoom: { readonly bytes: number; readonly enter: () => void }[] = [];
  #pumping = false;
  #holdOff: (() => void) | undefined;
  #onEmpty: (() => void)[] = [];

  constructor(session: Session, epoch: string, limits: WindowLimits) {
    this.epoch = epoch;
    this.#session = session;
    this.#window = new PublishWindow(limits);
    session.onError((id, notice) => this.#failed(id, notice));
    session.onPhase((phase, reason) => {
      if (phase === 'established') {
        this.#window.rewind();
        void this.#pump();
      } else if (phase === 'denied' || phase === 'closed') {
        this.#giveUp(session.refusal ?? reason ?? new ClosedError('The platform'));
      }
    });
  }

  /** Publications that are not yet acknowledged. */
  get outstanding(): number {
    return this.#window.size + this.#waitingForRoom.length;
  }

  /**
   * Publishes; settles when the platform has answered, which for captured topics means that it is kept. Waits while the
   * window is full. Answers how many subscribers it went to. Rejects with InvalidValueError before it is
   * sent, with UnauthorizedError or BusError when the platform refuses it, with DeniedError, ClosedError.
   */
  async publish(topic: string, message: unknown, options: PublishOptions = {}): Promise<number> {
    const { refusal } = this.#session;
    if (refusal !== undefined) throw refusal;
    const { headers = {}, bus = '', readings = countReadings(message) } = options;
    const body = publicationBody(topic, bus, completeHeaders(headers, this.#session.clock), message);
    return this.#post({ topic, body, readings }, options.signal);
  }

  /** The same for a message that is JSON text, which leaves as it is. */
  async publishJson(topic: string, json: string, options: PublishOptions = {}): Promise<number> {
    const { refusal } = this.#session;
    if (refusal !== undefined) throw refusal;
    const { headers = {}, bus = '', readings = 1 } = options;
    const body = publicationBodyOfJson(topic, bus, completeHeaders(headers, this.#session.clock), json);
    return this.#post({ topic, body, readings }, options.signal);
  }

  #post(publication: Pick<WindowEntry, 'topic' | 'body' | 'readings'>, signal?: AbortSignal): Promise<number> {
    const { topic } = publication;
    return new Promise((resolve, reject) => {
      const aborted = (): void => {
        reject(asError(signal?.reason, `The publication of ${topic}`));
      };
      signal?.addEventListener('abort', aborted, { once: true });
      const settled =
        <T>(then: (value: T) => void) =>
        (value: T) => {
          signal?.removeEventListener('abort', aborted);
          then(value);
        };
      if (signal?.aborted === true) aborted();
      else this.#enter({ ...publication, resolve: settled(resolve), reject: settled(reject) });
    });
  }

  /** Counts what is acknowledged under a prefix since it was first asked for. */
  ledger(prefix: string): { acknowledged(): AcknowledgedLedger } {
    const ledger = this.#ledgers.find((known) => known.prefix === prefix) ?? new Ledger(prefix);
    if (!this.#ledgers.includes(ledger)) this.#ledgers.push(ledger);
    return { acknowledged: () => ledger.read(this.epoch, this.#session.user) };
  }

  /** Settles when everything is acknowledged, or after so many ms; answers what is left. */
  drain(timeoutMs: number): Promise<number> {
    if (this.outstanding === 0) return Promise.resolve(0);
    return new Promise((resolve) => {
      const done = (): void => {
        cancel();
        this.#onEmpty = this.#onEmpty.filter((other) => other !== done);
        resolve(this.outstanding);
      };
      const cancel = this.#session.clock.after(timeoutMs, done);
      this.#onEmpty.push(done);
    });
  }

  /** Takes an answer of the router; says whether it was for a publication of ours. */
  answered(message: VipMessage): boolean {
    const n = this.#numberOf(message.id);
    if (n === undefined) return false;
    const entry = this.#remove(n);
    if (entry !== undefined) {
      for (const ledger of this.#ledgers) if (entry.topic.startsWith(ledger.prefix)) ledger.add(n, entry.readings);
      entry.resolve(decodeCount(message.args[1]) ?? 0);
    }
    return true;
  }

  #numberOf(id: string): number | undefined {
    const parsed = parsePublicationId(id);
    return parsed?.epoch === this.epoch ? parsed.n : undefined;
  }

  #enter(entry: Omit<WindowEntry, 'n' | 'refusals'>): void {
    const enter = (): void => {
      this.#window.add(entry);
      this.#session.waits.add();
      void this.#pump();
    };
    const bytes = entry.body.length;
    if (this.#waitingForRoom.length === 0 && this.#window.hasRoom(bytes)) enter();
    else this.#waitingForRoom.push({ bytes, enter });
  }

  #remove(n: number): WindowEntry | undefined {
    const entry = this.#window.remove(n);
    if (entry === undefined) return undefined;
    this.#session.waits.done();
    for (;;) {
      const next = this.#waitingForRoom[0];
      if (next === undefined || !this.#window.hasRoom(next.bytes)) break;
      this.#waitingForRoom.shift();
      next.enter();
    }
    if (this.outstanding === 0) for (const done of [...this.#onEmpty]) done();
    return entry;
  }

  async #pump(): Promise<void> {
    if (this.#pumping) return;
    this.#pumping = true;
    while (this.#session.phase === 'established' && this.#holdOff === undefined) {
      const entry = this.#window.toSend();
      if (entry === undefined) break;
      const result = this.#session.bus.send(this.#messageOf(entry));
      if (result === 'closed') break;
      if (result === 'sent') this.#window.sent(entry);
      else await this.#session.bus.drained();
    }
    this.#pumping = false;
  }

  #messageOf({ n, topic, body }: WindowEntry): OutgoingMessage {
    const id = formatPublicationId({ epoch: this.epoch, n });
    return { peer: '', id, subsystem: 'pubsub', args: [publishFrame, encodeText(topic), body] };
  }

  #failed(id: string, notice: ErrorNotice): boolean {
    const n = this.#numberOf(id);
    if (n === undefined) return false;
    const error = asBusError(notice);
    if (!(error instanceof AgainError)) this.#remove(n)?.reject(error);
    else if (notice.recipient === '') this.#retry(n);
    // Else a subscriber was too slow: the publication itself stands, and its answer comes.
    return true;
  }

  /** The platform could not keep it now: later, it and all that followed go again, so that the order holds. */
  #retry(n: number): void {
    const entry = this.#window.get(n);
    if (entry === undefined) return;
    entry.refusals++;
    this.#window.rewind(n);
    if (this.#holdOff !== undefined) return;
    const delay = Math.min(FIRST_RETRY_MS * 2 ** Math.min(entry.refusals - 1, 10), LAST_RETRY_MS);
    if (entry.refusals === 1) this.#session.log.warn('the platform cannot keep a publication now', { n, delay });
    this.#holdOff = this.#session.clock.after(delay, () => {
      this.#holdOff = undefined;
      void this.#pump();
    });
  }

  #giveUp(reason: Error): void {
    this.#holdOff?.();
    this.#holdOff = undefined;
    const waiting = this.#waitingForRoom.splice(0);
    for (const { enter } of waiting) enter();
    for (const entry of this.#window.clear()) {
      this.#session.waits.done();
      entry.reject(reason);
    }
    for (const done of [...this.#onEmpty]) done();
  }
}
