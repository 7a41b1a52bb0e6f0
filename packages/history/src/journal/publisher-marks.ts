import type { Database } from '@volttron-ts/storage';
import type { CaptureVerdict, JournalRecord } from '@volttron-ts/vip-core';

/** What the journal has kept of one publisher's epoch. */
export interface PublisherMark {
  readonly user: string;
  readonly epoch: string;
  /** The highest number kept; all lower ones that were captured are kept, too. */
  readonly n: number;
}

/** Epochs remembered of each user: agents that were started since. */
export const EPOCHS_PER_USER = 8;

type Numbered = Pick<JournalRecord, 'publisher' | 'publisherEpoch' | 'n'>;

const keyOf = (user: string, epoch: string): string => `${epoch}\n${user}`;

/**
 * The numbers of publications taken, so that resent ones are recognised. After a refused number nothing behind it is
 * taken until it comes again, so that a publisher's records stand in its order.
 */
export class PublisherMarks {
  readonly #database: Database;
  /** The lowest number of each epoch that was refused in this run and has not come again. */
  readonly #open = new Map<string, number>();

  constructor(database: Database) {
    this.#database = database;
  }

  /** Oldest epoch first. */
  all(): PublisherMark[] {
    return this.#database
      .prepare<PublisherMark>('SELECT user, epoch, n FROM publisher ORDER BY id')
      .all()
      .map((row) => ({ ...row }));
  }

  /** Begins the marks of one transaction. */
  work(): PublisherWork {
    return new PublisherWork(this.#database, this.#open);
  }

  /** Notes numbers whose transaction failed. */
  refuse(publications: Iterable<Numbered>): void {
    for (const { publisher, publisherEpoch, n } of publications) {
      if (n === 0) continue;
      const key = keyOf(publisher, publisherEpoch);
      this.#open.set(key, Math.min(this.#open.get(key) ?? n, n));
    }
  }
}

interface Working {
  readonly user: string;
  readonly epoch: string;
  readonly key: string;
  readonly before: number;
  n: number;
}

/** The marks that one transaction reads and writes. */
export class PublisherWork {
  readonly #database: Database;
  readonly #open: Map<string, number>;
  readonly #touched = new Map<string, Working>();

  constructor(database: Database, open: Map<string, number>) {
    this.#database = database;
    this.#open = open;
  }

  /** `new` counts as kept; `refused`: one before it has to come first. */
  accept({ publisher, publisherEpoch, n }: Numbered): CaptureVerdict {
    const mark = this.#mark(publisher, publisherEpoch);
    if (n <= mark.n) return 'duplicate';
    if (n > (this.#open.get(mark.key) ?? n)) return 'refused';
    this.#open.delete(mark.key);
    mark.n = n;
    return 'new';
  }

  finish(): void {
    const changed = [...this.#touched.values()].filter(({ n, before }) => n > before);
    for (const { user, epoch, n } of changed) {
      this.#database
        .prepare(
          `INSERT INTO publisher (user, epoch, n) VALUES (?, ?, ?)
           ON CONFLICT (user, epoch) DO UPDATE SET n = excluded.n`,
        )
        .run(user, epoch, n);
    }
    for (const user of new Set(changed.map((mark) => mark.user))) this.#prune(user);
  }

  #mark(user: string, epoch: string): Working {
    const key = keyOf(user, epoch);
    let mark = this.#touched.get(key);
    if (mark === undefined) {
      const row = this.#database
        .prepare<{ n: number }>('SELECT n FROM publisher WHERE user = ? AND epoch = ?')
        .get(user, epoch);
      const before = row?.n ?? 0;
      mark = { user, epoch, key, before, n: before };
      this.#touched.set(key, mark);
    }
    return mark;
  }

  #prune(user: string): void {
    this.#database
      .prepare(
        `DELETE FROM publisher WHERE user = ?1
         AND id <= (SELECT id FROM publisher WHERE user = ?1 ORDER BY id DESC LIMIT 1 OFFSET ${EPOCHS_PER_USER})`,
      )
      .run(user);
  }
}
