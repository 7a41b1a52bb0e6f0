import { ClosedError } from '@volttron-ts/vip-core';
import type { BusConnection, OutgoingMessage } from '@volttron-ts/vip-core';

/** What a held message means to whoever gave it. */
export interface Hold {
  /** Whether it is still to leave. */
  wanted(): boolean;
  sent(): void;
}

interface Held {
  readonly message: OutgoingMessage;
  readonly hold: Hold | undefined;
}

/** Messages that may wait to leave, so that no outage fills the memory. */
const MAX_HELD = 10_000;

/** Messages in the order they were given, kept while the bus is full or away. */
export class Outbox {
  readonly #bus: BusConnection;
  #held: Held[] = [];
  #open = false;
  #closed = false;
  #pumping = false;

  constructor(bus: BusConnection) {
    this.#bus = bus;
  }

  /** Sends now or as soon as the bus is there and takes it. Answers false, and forgets it, when too many wait. */
  put(message: OutgoingMessage, hold?: Hold): boolean {
    if (this.#closed) return true;
    if (this.#open && this.#held.length === 0 && this.#bus.send(message) === 'sent') {
      hold?.sent();
      return true;
    }
    if (this.#held.length >= MAX_HELD) this.#held = this.#held.filter((held) => held.hold?.wanted() !== false);
    if (this.#held.length >= MAX_HELD) return false;
    this.#held.push({ message, hold });
    void this.#pump();
    return true;
  }

  /** From now on the bus may be used; what was held leaves. */
  open(): void {
    this.#open = true;
    void this.#pump();
  }

  /** The bus is away. */
  pause(): void {
    this.#open = false;
  }

  /** Forgets what was held. */
  close(): void {
    this.#closed = true;
    this.#open = false;
    this.#held = [];
  }

  async #pump(): Promise<void> {
    if (this.#pumping) return;
    this.#pumping = true;
    while (this.#open) {
      const head = this.#held[0];
      if (head === undefined) break;
      if (head.hold?.wanted() === false) {
        this.#held.shift();
        continue;
      }
      const result = this.#bus.send(head.message);
      if (result === 'closed') break;
      if (result === 'sent') {
        this.#held.shift();
        head.hold?.sent();
      } else await this.#bus.drained();
    }
    this.#pumping = false;
  }
}

/** Sends past the outbox, waiting while the bus is full; throws ClosedError when it is away. */
export async function sendAtOnce(bus: BusConnection, message: OutgoingMessage): Promise<void> {
  for (;;) {
    const result = bus.send(message);
    if (result === 'sent') return;
    if (result === 'closed') throw new ClosedError(`The connection of "${bus.identity}"`);
    await bus.drained();
  }
}
