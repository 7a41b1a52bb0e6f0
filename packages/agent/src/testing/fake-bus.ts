import { decodeMessage, encodeMessage } from '@volttron-ts/vip-core';
import type {
  BusConnection,
  BusConnectionEvents,
  BusState,
  OutgoingMessage,
  SendResult,
  VipError,
} from '@volttron-ts/vip-core';

/** One agent's end of the fake platform's bus. Frames go through the codec; messages arrive in later turns, in order. */
export class FakeBus implements BusConnection {
  readonly identity: string;
  readonly #receive: (frames: readonly Uint8Array[]) => void;
  readonly #queue: Uint8Array[][] = [];
  #events: BusConnectionEvents | undefined;
  #state: BusState = 'connecting';
  #delivering = false;
  #full = 0;
  #drained: (() => void)[] = [];

  constructor(identity: string, receive: (frames: readonly Uint8Array[]) => void) {
    this.identity = identity;
    this.#receive = receive;
  }

  get state(): BusState {
    return this.#state;
  }

  /** Messages that the agent has not yet read. */
  get unread(): number {
    return this.#queue.length;
  }

  open(events: BusConnectionEvents): void {
    this.#events = events;
    events.state('connecting');
  }

  /** Lets the agent in, or tells it why not. */
  become(state: BusState, reason?: VipError): void {
    if (this.#state === state || this.#state === 'closed') return;
    this.#state = state;
    if (state !== 'connected') this.#queue.length = 0;
    for (const settle of this.#drained.splice(0)) settle();
    this.#events?.state(state, reason);
  }

  /** The next so many sends find the bus full; each is followed by room. */
  fill(times: number): void {
    this.#full = times;
  }

  send(message: OutgoingMessage): SendResult {
    if (this.#state !== 'connected') return 'closed';
    if (this.#full > 0) {
      this.#full--;
      return 'full';
    }
    const frames = encodeMessage(message);
    queueMicrotask(() => {
      if (this.#state === 'connected') this.#receive(frames);
    });
    return 'sent';
  }

  drained(): Promise<void> {
    if (this.#state !== 'connected') return Promise.resolve();
    return new Promise((resolve) => {
      this.#drained.push(resolve);
      queueMicrotask(() => {
        this.#drained = this.#drained.filter((other) => other !== resolve);
        resolve();
      });
    });
  }

  deliver(frames: Uint8Array[]): void {
    this.#queue.push(frames);
    void this.#deliverAll();
  }

  async close(): Promise<void> {
    // What was sent in this turn still leaves.
    await Promise.resolve();
    this.become('closed');
  }

  async #deliverAll(): Promise<void> {
    if (this.#delivering) return;
    this.#delivering = true;
    await Promise.resolve();
    for (let frames = this.#queue.shift(); frames !== undefined; frames = this.#queue.shift()) {
      if (this.#state === 'connected') await this.#events?.message(decodeMessage(frames));
    }
    this.#delivering = false;
  }
}
