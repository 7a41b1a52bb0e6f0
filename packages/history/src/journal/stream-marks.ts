import type { Database } from '@volttron-ts/storage';
import type { JournalSpan } from '@volttron-ts/vip-core';

import { placeSpan } from './place-span.ts';
import type { Placement } from './place-span.ts';

/** A hole that a source could not fill. */
export interface GapEvent {
  /** When it was learned, µs UTC. */
  readonly time: number;
  /** The sender's verified user. */
  readonly user: string;
  readonly stream: string;
  readonly epoch: string;
  readonly first: number;
  readonly last: number;
  readonly why: string;
}

/** A destination's marks: one per user, stream and epoch. Its callers hold the transaction. */
export class StreamMarks {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  place(user: string, span: JournalSpan): Placement {
    return placeSpan(span, {
      mark: (epoch) => this.#mark(user, span.stream, epoch),
      latest: () => this.latest(user, span.stream),
    });
  }

  /** Writes where the span leads, and the hole in it. An empty span leaves no trace: it only asks. */
  advance(user: string, span: JournalSpan, placement: Extract<Placement, { kind: 'apply' }>, time: number): void {
    const { hole, through } = placement;
    if (hole === undefined && (span.through === span.after || through <= placement.from)) return;
    this.#database
      .prepare(
        `INSERT INTO journal_marks (user, stream, epoch, through) VALUES (?, ?, ?, ?)
         ON CONFLICT (user, stream, epoch) DO UPDATE SET through = excluded.through`,
      )
      .run(user, span.stream, span.epoch, through);
    if (hole === undefined) return;
    this.#database
      .prepare('INSERT INTO journal_gaps (time, user, stream, epoch, first, last, why) VALUES (?, ?, ?, ?, ?, ?, ?)')
      .run(time, user, span.stream, span.epoch, hole.first, hole.last, hole.why);
  }

  latest(user: string, stream: string): { epoch: string; through: number } | undefined {
    return this.#database
      .prepare<{ epoch: string; through: number }>(
        'SELECT epoch, through FROM journal_marks WHERE user = ? AND stream = ? ORDER BY id DESC LIMIT 1',
      )
      .get(user, stream);
  }

  /** The last hundred, newest first. */
  gaps(): GapEvent[] {
    return this.#database
      .prepare<GapEvent>(
        'SELECT time, user, stream, epoch, first, last, why FROM journal_gaps ORDER BY id DESC LIMIT 100',
      )
      .all()
      .map((row) => ({ ...row }));
  }

  #mark(user: string, stream: string, epoch: string): number | undefined {
    return this.#database
      .prepare<{ through: number }>('SELECT through FROM journal_marks WHERE user = ? AND stream = ? AND epoch = ?')
      .get(user, stream, epoch)?.through;
  }
}
