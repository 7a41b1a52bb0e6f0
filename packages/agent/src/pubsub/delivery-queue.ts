import type { Logger } from '@volttron-ts/vip-core';
import { readDelivery } from './reading.ts';
import type { Reading } from './reading.ts';

/** When reading from the bus is held back, and when a publication is dropped because it may not be. */
export interface QueueLimits {
  readonly messages: number;
  readonly bytes: number;
  /** How many times the limits may be overrun while an answer is awaited. */
  readonly overrun: number;
}

interface Held {
  readonly topic: Uint8Array;
  readonly body: Uint8Array;
}

/** Publications that one subscriber has not yet taken; read one at a time, in order. */
export class DeliveryQueue {
  readonly #limits: QueueLimits;
  readonly #log: Logger;
  readonly #taken: () => void;
  #held: Held[] = [];
  /** Index of the first that is not taken; the array is cut now and then. */
  #first = 0;
  #bytes = 0;
  #dropped = 0;
  #ended = false;
  #failure: Error | undefined;
  #waiting: (() => void) | undefined;

  /** `taken` is called after each one that leaves. */
  constructor(limits: QueueLimits, log: Logger, taken: () => void) {
    this.#limits = limits;
    this.#log = log;
    this.#taken = taken;
  }

  get full(): boolean {
    return this.#beyond(1);
  }

  get size(): number {
    return this.#held.length - this.#first;
  }

  push(topic: Uint8Array, body: Uint8Array): void {
    if (this.#ended) return;
    if (this.#beyond(this.#limits.overrun)) {
      this.#dropped++;
      return;
    }
    this.#held.push({ topic, body });
    this.#bytes += body.length;
    this.#wake();
  }

  /** Nothing comes any more; what is held can still be taken unless `failure` says why not. */
  end(failure?: Error): void {
    this.#ended = true;
    this.#failure ??= failure;
    this.#wake();
  }

  /** Ends and forgets. */
  discard(): void {
    this.#held = [];
    this.#first = 0;
    this.#bytes = 0;
    this.end();
  }

  /** The next publication; undefined at the end. One caller at a time. */
  async next(): Promise<Reading | undefined> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure;
      const held = this.#shift();
      if (held !== undefined) {
        const reading = this.#read(held);
        if (reading !== undefined) return reading;
      } else if (this.#ended) return undefined;
      else {
        await new Promise<void>((resolve) => {
          this.#waiting = resolve;
        });
      }
    }
  }

  #beyond(times: number): boolean {
    return this.size >= this.#limits.messages * times || this.#bytes >= this.#limits.bytes * times;
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.();
  }

  #shift(): Held | undefined {
    const held = this.#held[this.#first];
    if (held === undefined) return undefined;
    this.#first++;
    this.#bytes -= held.body.length;
    if (this.#first > 1000 || this.size === 0) {
      this.#held = this.#held.slice(this.#first);
      this.#first = 0;
    }
    if (this.#dropped > 0 && !this.full) {
      this.#log.warn('publications were dropped because this agent did not take them', { count: this.#dropped });
      this.#dropped = 0;
    }
    this.#taken();
    return held;
  }

  #read({ topic, body }: Held): Reading | undefined {
    try {
      return readDelivery(topic, body);
    } catch (error) {
      this.#log.warn('a publication could not be read', { reason: String(error) });
      return undefined;
    }
  }
}
