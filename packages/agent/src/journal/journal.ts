import { checker, ClosedError, JournalReadRequest } from '@volttron-ts/vip-core';
import type { JournalRecord } from '@volttron-ts/vip-core';
import { pause } from '../session/pause.ts';
import type { Session } from '../session/session.ts';
import { journalQuestion, readBatch, readCommitted, readThrough, unpack } from './journal-wire.ts';
import type { JournalPosition, JournalRun } from './journal-wire.ts';

/** Records that a cursor hands out. */
export interface JournalBatch extends JournalRun {
  /** The records, parsed. */
  unpack(): JournalRecord[];
  /** Moves the cursor past this batch and all before it. Waits over reconnects; rejects with ClosedError. */
  commit(): Promise<void>;
}

export interface JournalReadOptions {
  /** Topic prefixes; none means every captured topic. */
  readonly prefix?: string;
  readonly prefixes?: readonly string[];
  readonly signal?: AbortSignal;
  /** The most that one batch holds; 1 MiB when not given. */
  readonly maxBytes?: number;
  /** How long a question waits at the journal, ms; 20,000 when not given. */
  readonly waitMs?: number;
  /** Told when the journal cannot be read, and with undefined when it can again. */
  readonly onProblem?: (problem: Error | undefined) => void;
}

/**
 * The batches of a cursor, one after another, also those not yet committed: the next one begins where the last one
 * ended. After a lost connection it begins at the committed position again. Ends with its signal.
 */
export interface JournalReader extends AsyncIterable<JournalBatch> {
  /** Goes on from a position, or from the committed one. */
  rewind(to?: JournalPosition): void;
}

/** `vip.journal`: what the platform keeps of the captured topics. */
export interface Journal {
  read(cursor: string, options?: JournalReadOptions): JournalReader;
  /**
   * An empty run at a cursor's committed position: appended at each connect, it shows a destination's state at once
   * (design §4.5). Rejects as `append` does.
   */
  probe(cursor: string, options?: Pick<JournalReadOptions, 'prefixes' | 'signal'>): Promise<JournalRun>;
  /**
   * Hands a run to this platform's journal and settles with the sequence through which it holds the run's epoch. Asks
   * again after a lost connection. Rejects with JournalGapError, JournalRefusedError, UnreachableError (no journal
   * there), UnknownSubsystemError, TimeoutError, DeniedError, ClosedError.
   */
  append(run: JournalRun, options?: { readonly signal?: AbortSignal }): Promise<number>;
}

const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 5000;
const GRACE_MS = 10_000;

const asRequest = checker(JournalReadRequest);

/** The agent's side of the subsystem `journal` (vip-core, journal-protocol.ts). */
export class JournalClient implements Journal {
  readonly #session: Session;
  readonly #epoch: string;
  #count = 0;

  constructor(session: Session, epoch: string) {
    this.#session = session;
    this.#epoch = epoch;
    // Answers that nobody awaits any more are late, not unknown.
    session.handle('journal', () => undefined);
  }

  read(cursor: string, options: JournalReadOptions = {}): JournalReader {
    const { prefix, prefixes = prefix === undefined ? [] : [prefix], maxBytes = 1 << 20, waitMs = 20_000 } = options;
    const request = asRequest({ cursor, prefixes, maxBytes, waitMs }, `the reading of cursor "${cursor}"`);
    return new Reader(this.#session, () => this.#nextId(), request, options);
  }

  async probe(
    cursor: string,
    { prefixes = [], signal }: Pick<JournalReadOptions, 'prefixes' | 'signal'> = {},
  ): Promise<JournalRun> {
    const request = asRequest({ cursor, prefixes, maxBytes: 1, waitMs: 0 }, `the reading of cursor "${cursor}"`);
    const question = journalQuestion(this.#nextId(), 'read', request);
    const { span } = readBatch(await this.#session.ask({ ...question, signal }));
    return { span: { ...span, through: span.after }, records: new Uint8Array(0) };
  }

  async append({ span, records }: JournalRun, { signal }: { readonly signal?: AbortSignal } = {}): Promise<number> {
    for (;;) {
      try {
        const question = journalQuestion(this.#nextId(), 'append', span, records);
        return readThrough(await this.#session.ask({ ...question, signal }));
      } catch (error) {
        // Asked again at once, so that several appends keep their order; the question waits for the connection.
        if (!(error instanceof ClosedError) || this.#session.phase === 'closed' || signal?.aborted === true)
          throw error;
      }
    }
  }

  #nextId(): string {
    return `j.${this.#epoch}.${++this.#count}`;
  }
}

class Reader implements JournalReader {
  readonly #session: Session;
  readonly #nextId: () => string;
  readonly #request: JournalReadRequest;
  readonly #signal: AbortSignal | undefined;
  readonly #onProblem: JournalReadOptions['onProblem'];
  /** Where the next question begins; undefined for the committed position. */
  #after: JournalPosition | undefined;
  /** Aborts the question that is out when it is no longer the right one. */
  #turn = new AbortController();

  constructor(
    session: Session,
    nextId: () => string,
    request: JournalReadRequest,
    { signal, onProblem }: JournalReadOptions,
  ) {
    this.#session = session;
    this.#nextId = nextId;
    this.#request = request;
    this.#signal = signal;
    this.#onProblem = onProblem;
  }

  rewind(to?: JournalPosition): void {
    this.#after = to;
    this.#turn.abort();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<JournalBatch, void, undefined> {
    const stopListening = this.#session.onPhase((phase) => {
      if (phase === 'lost') this.#after = undefined;
    });
    const stop = (): void => {
      this.#turn.abort();
    };
    this.#signal?.addEventListener('abort', stop);
    try {
      for (let failures = 0; !this.#over();) {
        const run = await this.#ask(failures);
        if (failures > 0 && run !== undefined) this.#onProblem?.(undefined);
        failures = run === undefined ? failures + 1 : 0;
        if (run !== undefined && run !== 'nothing') yield this.#batch(run);
      }
    } finally {
      stopListening();
      this.#signal?.removeEventListener('abort', stop);
    }
  }

  #over(): boolean {
    return this.#signal?.aborted === true;
  }

  /** One question. Undefined when it failed, after a pause; `nothing` when nothing came, or it was rewound. */
  async #ask(failures: number): Promise<JournalRun | 'nothing' | undefined> {
    this.#turn = new AbortController();
    const { signal } = this.#turn;
    const after = this.#after;
    try {
      const body = after === undefined ? this.#request : { ...this.#request, after };
      const question = journalQuestion(this.#nextId(), 'read', body);
      const timeoutMs = this.#request.waitMs + GRACE_MS;
      const run = readBatch(await this.#session.ask({ ...question, timeoutMs, signal, patient: true }));
      if (signal.aborted) return 'nothing';
      const { epoch, through } = run.span;
      this.#after = { epoch, seq: through };
      return through === run.span.after && run.span.gone === undefined ? 'nothing' : run;
    } catch (error) {
      if (signal.aborted) return 'nothing';
      if (this.#session.refusal !== undefined) throw error;
      await this.#failed(error, failures);
      return undefined;
    }
  }

  async #failed(error: unknown, failures: number): Promise<void> {
    this.#after = undefined;
    if (this.#session.phase !== 'established') return;
    const problem = error instanceof Error ? error : new Error(String(error));
    if (failures === 0) {
      const fields = { cursor: this.#request.cursor, reason: problem.message };
      this.#session.log.warn('the journal cannot be read now', fields);
    }
    this.#onProblem?.(problem);
    const delay = Math.min(FIRST_RETRY_MS * 2 ** Math.min(failures, 10), LAST_RETRY_MS);
    await pause(this.#session.clock, delay, this.#signal);
  }

  #batch({ span, records }: JournalRun): JournalBatch {
    return {
      span,
      records,
      unpack: () => unpack(records),
      commit: () => this.#commit({ epoch: span.epoch, seq: span.through }),
    };
  }

  async #commit({ epoch, seq }: JournalPosition): Promise<void> {
    const body = { cursor: this.#request.cursor, epoch, through: seq };
    for (;;) {
      try {
        readCommitted(await this.#session.ask(journalQuestion(this.#nextId(), 'commit', body)));
        return;
      } catch (error) {
        if (!(error instanceof ClosedError) || this.#session.phase === 'closed') throw error;
      }
    }
  }
}
