import type { JournalReadRequest } from '@volttron-ts/vip-core';

import type { JournalBatch } from './check-batch.ts';

/** Records without a match after which a waiting reader is answered, so that it knows its place. */
const PASSED_OVER = 4096;

/** Reads that wait for a first matching record. */
export class ReadQueue {
  readonly #read: (request: JournalReadRequest) => JournalBatch;
  readonly #waiting = new Set<() => void>();
  #closed = false;

  constructor(read: (request: JournalReadRequest) => JournalBatch) {
    this.#read = read;
  }

  /** Answers when there is a matching record or a hole, or when the time is over with as much as was passed over. */
  async read(request: JournalReadRequest): Promise<JournalBatch> {
    const end = performance.now() + request.waitMs;
    let batch = this.#read(request);
    for (;;) {
      const left = end - performance.now();
      if (isWorthAnswering(batch) || left <= 0 || this.#closed) return batch;
      await this.#change(left);
      const { epoch, through } = batch.span;
      const more = this.#read({ ...request, after: { epoch, seq: through } });
      if (more.span.epoch === epoch && more.span.gone === undefined) batch = join(batch, more);
      else if (through > batch.span.after) return batch;
      else batch = more;
    }
  }

  /** Something was committed. */
  wake(): void {
    for (const resume of this.#waiting) resume();
  }

  /** Ends all waiting. */
  close(): void {
    this.#closed = true;
    this.wake();
  }

  /** Settles when something was committed or the time is over. */
  #change(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const resume = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(resume);
        resolve();
      };
      const timer = setTimeout(resume, milliseconds);
      this.#waiting.add(resume);
    });
  }
}

const isWorthAnswering = ({ span, records }: JournalBatch): boolean =>
  records.length > 0 || span.gone !== undefined || span.through - span.after >= PASSED_OVER;

/** Two spans of one epoch, the second beginning where the first ends. */
const join = (first: JournalBatch, second: JournalBatch): JournalBatch => ({
  span: { ...first.span, through: second.span.through },
  records: second.records,
});
