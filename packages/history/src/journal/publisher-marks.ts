import type { Database } from '@volttron-ts/storage';

/** What the journal has kept of one publisher's epoch. */
export interface PublisherMark {
  readonly user: string;
  readonly epoch: string;
  /** The highest number kept. */
  readonly n: number;
  /** Lower numbers that were refused and not kept since. */
  readonly holes: readonly number[];
}

/** Epochs remembered of each user: agents that were started since. */
export const EPOCHS_PER_USER = 8;
/** Refused numbers remembered of one epoch: more than any publisher's window. */
const MAX_HOLES = 1024;

interface Working {
  n: number;
  readonly holes: Set<number>;
}

const keyOf = (user: string, epoch: string): string => `${epoch}\n${user}`;

/**
 * The numbers of publications taken, so that resent ones are recognised. A refused number stays open even when later
 * ones are kept: its publisher sends it again.
 */
export class PublisherMarks {
  readonly #database: Database;
  /** Numbers refused since this run began; they enter the table with the next mark of their publisher. */
  readonly #refused = new Map<string, Set<number>>();

  constructor(database: Database) {
    this.#database = database;
  }

  /** Oldest epoch first. */
  all(): PublisherMark[] {
    return this.#database
      .prepare<{ user: string; epoch: string; n: number; holes: string }>(
        'SELECT user, epoch, n, holes FROM publisher ORDER BY id',
      )
      .all()
      .map(({ user, epoch, n, holes }) => ({ user, epoch, n, holes: parseHoles(holes) }));
  }

  /** Begins the marks of one transaction. */
  work(): PublisherWork {
    return new PublisherWork(this.#database, this.#refused);
  }

  /** Notes numbers whose transaction failed. */
  refuse(publications: Iterable<{ publisher: string; publisherEpoch: string; n: number }>): void {
    for (const { publisher, publisherEpoch, n } of publications) {
      if (n === 0) continue;
      const key = keyOf(publisher, publisherEpoch);
      const numbers = this.#refused.get(key) ?? new Set();
      this.#refused.set(key, numbers.add(n));
      boundHoles(numbers);
    }
  }
}

/** The marks that one transaction reads and writes. */
export class PublisherWork {
  readonly #database: Database;
  readonly #refused: Map<string, Set<number>>;
  readonly #touched = new Map<string, Working & { readonly user: string; readonly epoch: string }>();

  constructor(database: Database, refused: Map<string, Set<number>>) {
    this.#database = database;
    this.#refused = refused;
  }

  /** Whether this publication is new; if so it counts as kept. */
  accept(user: string, epoch: string, n: number): boolean {
    const mark = this.#mark(user, epoch);
    const wasRefused = mark.holes.delete(n);
    if (n <= mark.n && !wasRefused) return false;
    mark.n = Math.max(mark.n, n);
    return true;
  }

  finish(): void {
    for (const { user, epoch, n, holes } of this.#touched.values()) {
      this.#refused.delete(keyOf(user, epoch));
      this.#database
        .prepare(
          `INSERT INTO publisher (user, epoch, n, holes) VALUES (?, ?, ?, ?)
           ON CONFLICT (user, epoch) DO UPDATE SET n = excluded.n, holes = excluded.holes`,
        )
        .run(user, epoch, n, JSON.stringify([...holes]));
    }
    for (const user of new Set(Array.from(this.#touched.values(), (mark) => mark.user))) this.#prune(user);
  }

  #mark(user: string, epoch: string): Working {
    const key = keyOf(user, epoch);
    let mark = this.#touched.get(key);
    if (mark === undefined) {
      const row = this.#database
        .prepare<{ n: number; holes: string }>('SELECT n, holes FROM publisher WHERE user = ? AND epoch = ?')
        .get(user, epoch);
      const holes = new Set([...parseHoles(row?.holes ?? '[]'), ...(this.#refused.get(key) ?? [])]);
      boundHoles(holes);
      mark = { user, epoch, n: row?.n ?? 0, holes };
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

const parseHoles = (text: string): number[] => JSON.parse(text) as number[];

/** Lets go of the numbers refused first. */
export function boundHoles(numbers: Set<number>): void {
  for (const number of numbers) {
    if (numbers.size <= MAX_HOLES) return;
    numbers.delete(number);
  }
}
