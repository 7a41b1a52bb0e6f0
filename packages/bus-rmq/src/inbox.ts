import type { Channel, ConsumeMessage } from 'amqplib';
import type { Clock, VipMessage } from '@volttron-ts/vip-core';

/** What is to be acknowledged once it was handled. */
export interface Receipt {
  readonly channel: Channel;
  readonly delivery: ConsumeMessage;
  /** The broker keeps it until it is acknowledged, and delivers it again over the next connection. */
  readonly isKept: boolean;
}

interface Item {
  /** Undefined for what is only to be acknowledged, in its turn. */
  readonly message: VipMessage | undefined;
  receipt: Receipt | undefined;
}

/** Acknowledged together at most. */
const BATCH = 64;
/** How long one that is handled may wait for others. */
const DELAY_MS = 5;

/** Messages in the order they came, handed up one at a time and acknowledged in batches. */
export class Inbox {
  readonly #handle: (message: VipMessage) => void | Promise<void>;
  readonly #clock: Clock;
  #items: Item[] = [];
  #running = false;
  #done: Receipt | undefined;
  #doneCount = 0;
  #isFlushDue = false;

  constructor(clock: Clock, handle: (message: VipMessage) => void | Promise<void>) {
    this.#clock = clock;
    this.#handle = handle;
  }

  push(message: VipMessage | undefined, receipt?: Receipt): void {
    this.#items.push({ message, receipt });
    if (!this.#running) this.#run();
  }

  /** The connection is gone: what the broker keeps will come again, the rest has come for good. */
  forget(): void {
    this.#done = undefined;
    this.#doneCount = 0;
    this.#items = this.#items.filter(({ receipt }) => receipt?.isKept !== true);
    for (const item of this.#items) item.receipt = undefined;
  }

  /** Nothing more is handed up. */
  clear(): void {
    this.flush();
    this.#items = [];
  }

  /** Acknowledges what was handled. */
  flush(): void {
    const { channel, delivery } = this.#done ?? {};
    this.#done = undefined;
    this.#doneCount = 0;
    if (channel === undefined || delivery === undefined) return;
    try {
      channel.ack(delivery, true);
    } catch {
      // The channel has ended: the broker delivers again what it keeps.
    }
  }

  #run(): void {
    this.#running = true;
    for (let item = this.#items.shift(); item !== undefined; item = this.#items.shift()) {
      const handled = item;
      const pending = handled.message === undefined ? undefined : this.#handle(handled.message);
      if (pending instanceof Promise) {
        const goOn = (): void => {
          this.#finish(handled);
          this.#run();
        };
        pending.then(goOn, goOn);
        return;
      }
      this.#finish(handled);
    }
    this.#running = false;
  }

  #finish({ receipt }: Item): void {
    if (receipt === undefined) return;
    this.#done = receipt;
    this.#doneCount += 1;
    if (this.#doneCount >= BATCH) this.flush();
    else if (!this.#isFlushDue) {
      this.#isFlushDue = true;
      this.#clock.after(DELAY_MS, () => {
        this.#isFlushDue = false;
        this.flush();
      });
    }
  }
}
