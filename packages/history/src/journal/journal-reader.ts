import type { Database } from '@volttron-ts/storage';
import { concatBytes } from '@volttron-ts/vip-core';
import type { JournalReadRequest, JournalSpan } from '@volttron-ts/vip-core';

import type { JournalBatch } from './check-batch.ts';
import type { Cursors } from './cursors.ts';
import type { Epochs } from './epochs.ts';
import { readHead } from './record-writer.ts';

/** Records looked at in one step, so that a reader of a quiet prefix does not hold the thread. */
const SCAN_LIMIT = 4096;

/** Reads spans out of a journal. */
export class JournalReader {
  readonly #database: Database;
  readonly #epochs: Epochs;
  readonly #cursors: Cursors;
  readonly #instance: string;

  constructor(database: Database, epochs: Epochs, cursors: Cursors, instance: string) {
    this.#database = database;
    this.#epochs = epochs;
    this.#cursors = cursors;
    this.#instance = instance;
  }

  /** What follows the request's position, as far as one epoch, `maxBytes` and one step reach. Does not wait. */
  read(request: JournalReadRequest): JournalBatch {
    const { journal, trimmed, last } = readHead(this.#database);
    const cursor = this.#cursors.find(request.cursor);
    const position = request.after === undefined ? (cursor?.seq ?? 0) : this.#position(request.after, last);
    const after = Math.max(position, trimmed);
    const epoch = this.#epochs.after(after);
    const { through, records } = this.#scan(after, this.#epochs.end(epoch, last), request);
    const span: JournalSpan = {
      stream: `${journal}/${request.cursor}`,
      epoch: epoch.name,
      prev: this.#epochs.before(epoch),
      after,
      through,
      encoding: 'packed',
      instance: this.#instance,
    };
    if (position < trimmed) span.gone = [1, trimmed, trimmed <= (cursor?.start ?? 0) ? 'before the cursor' : 'trimmed'];
    return { span, records };
  }

  /** A destination's position as a sequence; what this journal does not know of is before everything. */
  #position({ epoch, seq }: { epoch: string; seq: number }, last: number): number {
    const known = this.#epochs.named(epoch);
    if (known === undefined || seq === 0) return 0;
    return Math.min(Math.max(seq, known.start), this.#epochs.end(known, last));
  }

  #scan(
    after: number,
    end: number,
    { prefixes, maxBytes }: JournalReadRequest,
  ): { through: number; records: Uint8Array } {
    const rows = this.#database
      .prepare<{ seq: number; topic: string; packed: Uint8Array }>(
        'SELECT seq, topic, packed FROM record WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?',
      )
      .iterate(after, end, SCAN_LIMIT);
    const parts: Uint8Array[] = [];
    let bytes = 0;
    let through = after;
    for (const { seq, topic, packed } of rows) {
      if (matches(topic, prefixes)) {
        if (parts.length > 0 && bytes + packed.length > maxBytes) break;
        parts.push(packed);
        bytes += packed.length;
      }
      through = seq;
    }
    return { through, records: concatBytes(parts) };
  }
}

const matches = (topic: string, prefixes: readonly string[]): boolean =>
  prefixes.length === 0 || prefixes.some((prefix) => topic.startsWith(prefix));
