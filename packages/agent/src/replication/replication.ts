import { JournalGapError } from '@volttron-ts/vip-core';
import type { Clock, JournalRecord } from '@volttron-ts/vip-core';
import type { Journal, JournalBatch } from '../journal/journal.ts';
import type { JournalPosition } from '../journal/journal-wire.ts';
import { Lags } from './lags.ts';
import { sample, timeOf } from './record-lag.ts';

export interface ReplicationOptions {
  readonly journal: Journal;
  readonly destination: Pick<Journal, 'append'>;
  readonly clock: Clock;
  readonly cursor: string;
  /** Topic prefixes; none means every captured topic. */
  readonly prefixes: readonly string[];
  /** Bytes that may be sent and not yet acknowledged. */
  readonly windowBytes: number;
}

const BATCH_BYTES = 1 << 20;
/** Appends that may be on their way, however small. */
const MAX_APPENDS = 256;
const LAG_SAMPLES = 1024;
const LAGS_PER_BATCH = 32;

/** Moves one journal into another: reads ahead of the acknowledgements, goes back to where the destination is. */
export class Replication {
  records = 0;
  waiting = 0;
  waitingBytes = 0;
  acknowledged: JournalPosition | undefined;
  lastLagMs: number | undefined;
  readonly lags = new Lags(LAG_SAMPLES);
  readonly #options: ReplicationOptions;
  readonly #acknowledgedListeners = new Set<() => void>();

  constructor(options: ReplicationOptions) {
    this.#options = options;
  }

  /** Calls back after each acknowledgement; the function it answers stops that. */
  onAcknowledged(listener: () => void): () => void {
    this.#acknowledgedListeners.add(listener);
    return () => {
      this.#acknowledgedListeners.delete(listener);
    };
  }

  /**
   * Replicates until the signal aborts. Rejects when the destination misses something or does not take it; begun anew,
   * it asks the destination where it is.
   */
  async run(signal: AbortSignal): Promise<void> {
    const { journal, cursor, prefixes } = this.#options;
    const failed = new AbortController();
    const turn = AbortSignal.any([signal, failed.signal]);
    const reader = journal.read(cursor, { prefixes, signal: turn, maxBytes: BATCH_BYTES });
    const start = await this.#locate(turn);
    if (start !== undefined) reader.rewind(start);
    const sends = new Set<Promise<void>>();
    for await (const batch of reader) {
      while (!turn.aborted && !this.#hasRoom(batch, sends.size)) await Promise.race(sends);
      if (turn.aborted) break;
      const send = this.#send(batch, turn)
        .catch((error: unknown) => {
          failed.abort(error);
        })
        .finally(() => sends.delete(send));
      sends.add(send);
    }
    await Promise.all(sends);
    if (failed.signal.aborted && !signal.aborted) throw failed.signal.reason;
  }

  #hasRoom({ records }: JournalBatch, sends: number): boolean {
    if (sends === 0) return true;
    return sends < MAX_APPENDS && this.waitingBytes + records.length <= this.#options.windowBytes;
  }

  /** Shows the destination where the cursor is; answers where reading begins when that is elsewhere. */
  async #locate(signal: AbortSignal): Promise<JournalPosition | undefined> {
    const { journal, destination, cursor, prefixes } = this.#options;
    const probe = await journal.probe(cursor, { prefixes, signal });
    const { epoch, after } = probe.span;
    try {
      const through = await destination.append(probe, { signal });
      this.acknowledged = { epoch, seq: through };
      return through > after ? { epoch, seq: through } : undefined;
    } catch (error) {
      if (!(error instanceof JournalGapError)) throw error;
      return { epoch: error.epoch, seq: error.expected };
    }
  }

  async #send(batch: JournalBatch, signal: AbortSignal): Promise<void> {
    const records = batch.unpack();
    this.waiting += records.length;
    this.waitingBytes += batch.records.length;
    let through: number;
    try {
      through = await this.#options.destination.append(batch, { signal });
    } finally {
      this.waiting -= records.length;
      this.waitingBytes -= batch.records.length;
    }
    this.records += records.length;
    this.acknowledged = { epoch: batch.span.epoch, seq: through };
    this.#noteLags(records);
    for (const listener of this.#acknowledgedListeners) listener();
    await batch.commit();
  }

  #noteLags(records: readonly JournalRecord[]): void {
    const now = this.#options.clock.now();
    for (const record of sample(records, LAGS_PER_BATCH)) {
      this.lastLagMs = now - timeOf(record) / 1000;
      this.lags.add(this.lastLagMs);
    }
  }
}
