import type { DeliveryQueue } from './delivery-queue.ts';
import type { PointValues, Reading } from './reading.ts';

/** What the router keeps of a subscription. */
export interface Interest {
  readonly prefix: string;
  readonly bus: string;
  readonly allPlatforms: boolean;
}

/** The publications under a prefix, one after another. Ends with its signal or with `return`. */
export interface Subscription<Values extends object = PointValues> extends AsyncIterable<Reading<Values>> {
  /** Settles when the platform knows it. */
  readonly ready: Promise<void>;
  /** Ends it; a loop over it ends after the present turn. */
  close(): void;
}

/** One subscriber with its queue. */
export class QueuedSubscription implements Subscription {
  readonly interest: Interest;
  readonly queue: DeliveryQueue;
  readonly ready: Promise<void>;
  /** Called when the platform has answered. */
  readonly known: () => void;
  isKnown = false;
  readonly #closed: () => void;

  constructor(interest: Interest, queue: DeliveryQueue, closed: () => void) {
    this.interest = interest;
    this.queue = queue;
    this.#closed = closed;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.ready = promise;
    this.known = () => {
      this.isKnown = true;
      resolve(undefined);
    };
  }

  close(): void {
    this.#closed();
    this.queue.discard();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Reading, void, undefined> {
    try {
      for (let next = await this.queue.next(); next !== undefined; next = await this.queue.next()) {
        if (next.bus === this.interest.bus) yield next;
      }
    } finally {
      this.close();
    }
  }
}
