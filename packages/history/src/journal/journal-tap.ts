import type { MessagePort } from 'node:worker_threads';

import { connectWorkerPort } from '@volttron-ts/storage';
import type { WorkerPort } from '@volttron-ts/storage';
import { concatBytes, packRecords } from '@volttron-ts/vip-core';
import type {
  CapturedPublication,
  CaptureOutcome,
  CaptureVerdict,
  PublicationId,
  PublishTap,
} from '@volttron-ts/vip-core';

import type { JournalWorker } from './journal-worker.ts';
import { PublisherWindows } from './publisher-windows.ts';

/** What every journal keeps, as Python's historians do (reference/agents-cli.md §1.3). */
export const capturedPrefixes: readonly string[] = ['devices', 'analysis', 'record', 'datalogger'];

/** A tick's publications travel to the worker at once, or earlier when they have so many bytes. */
const BATCH_BYTES = 262_144;
/** Publications without a number are refused beyond so many bytes on their way to the disk. */
const MAX_PENDING_BYTES = 64 * 1024 * 1024;
/** Those with one only far beyond it: their publishers keep a window, and come again. */
const MAX_NUMBERED_BYTES = 4 * MAX_PENDING_BYTES;

export interface JournalTapOptions {
  /** Topic prefixes kept beside `capturedPrefixes`. */
  readonly prefixes?: readonly string[];
  /** Wall clock, ms. */
  readonly now?: () => number;
}

type Settled = (outcome: CaptureOutcome) => void;

/** Opens the router's way into the journal: `port` comes from `Journal.tapPort`. */
export async function connectJournalTap(port: MessagePort, options: JournalTapOptions = {}): Promise<JournalTap> {
  const worker = connectWorkerPort<JournalWorker>(port, 'journal');
  return new JournalTap(worker, new PublisherWindows(await worker.call('publishers', undefined)), options);
}

/** Keeps publications; lives in the router's thread and never waits. */
export class JournalTap implements PublishTap {
  readonly #worker: WorkerPort<JournalWorker>;
  readonly #publishers: PublisherWindows;
  readonly #prefixes: readonly string[];
  readonly #now: () => number;
  #records: Uint8Array[] = [];
  #settlers: Settled[] = [];
  #bytes = 0;
  /** Bytes that the worker has not answered for, those of this tick included. */
  #pending = 0;
  #scheduled = false;

  constructor(worker: WorkerPort<JournalWorker>, publishers: PublisherWindows, options: JournalTapOptions) {
    this.#worker = worker;
    this.#publishers = publishers;
    this.#prefixes = [...capturedPrefixes, ...(options.prefixes ?? [])];
    this.#now = options.now ?? Date.now;
  }

  captures(topic: string): boolean {
    return this.#prefixes.some((prefix) => topic.startsWith(prefix));
  }

  capture(publication: CapturedPublication, settled: Settled): CaptureVerdict {
    const { user, id } = publication;
    if (id === undefined) {
      this.#take(publication, settled);
      return 'new';
    }
    const window = this.#publishers.of(user, id.epoch);
    const verdict = window.accept(id.n, settled);
    if (verdict !== 'new') return verdict;
    const isTaken = this.#take(publication, (outcome) => {
      window.settle(id.n, outcome);
    });
    return isTaken ? 'new' : 'refused';
  }

  passedOver(user: string, { epoch, n }: PublicationId, comes: 'again' | 'never'): void {
    this.#publishers.of(user, epoch).passedOver(n, comes);
  }

  #take(publication: CapturedPublication, settled: Settled): boolean {
    const packed = this.#pack(publication);
    if (packed === undefined) settled('refused');
    else this.#add(packed, settled);
    return packed !== undefined;
  }

  /** Sends what it has and lets go of the journal. */
  close(): void {
    this.#flush();
    this.#worker.close();
  }

  /** Undefined for a topic or a user too long to be kept, and for too much without a number. */
  #pack({ user, topic, body, id }: CapturedPublication): Uint8Array | undefined {
    if (this.#pending > (id === undefined ? MAX_PENDING_BYTES : MAX_NUMBERED_BYTES)) return undefined;
    const origin = { journal: '', epoch: '', seq: 0 };
    const publisher = { publisher: user, publisherEpoch: id?.epoch ?? '', n: id?.n ?? 0 };
    try {
      return packRecords([
        { seq: 0, time: Math.round(this.#now() * 1000), origin, ...publisher, path: '', topic, body },
      ]);
    } catch {
      return undefined;
    }
  }

  #add(packed: Uint8Array, settled: Settled): void {
    this.#records.push(packed);
    this.#settlers.push(settled);
    this.#bytes += packed.length;
    this.#pending += packed.length;
    if (this.#bytes >= BATCH_BYTES) this.#flush();
    else if (!this.#scheduled) {
      this.#scheduled = true;
      setImmediate(() => {
        this.#scheduled = false;
        this.#flush();
      });
    }
  }

  #flush(): void {
    if (this.#records.length === 0) return;
    const packed = concatBytes(this.#records);
    const settlers = this.#settlers;
    const bytes = this.#bytes;
    this.#records = [];
    this.#settlers = [];
    this.#bytes = 0;
    void this.#worker
      .call('capture', packed, [packed.buffer as ArrayBuffer])
      .catch(() => [...settlers.keys()])
      .then((indices) => {
        this.#pending -= bytes;
        const isRefused = new Set(indices);
        for (const [index, settled] of settlers.entries()) settled(isRefused.has(index) ? 'refused' : 'kept');
      });
  }
}
