import type { Database } from '@volttron-ts/storage';
import type { JournalRecord, RecordOrigin } from '@volttron-ts/vip-core';

/** Where the rows of the table `data` came from, one row per record. Its callers hold the transaction. */
export class ProvenanceTable {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  holds({ journal, epoch, seq }: RecordOrigin): boolean {
    return (
      this.#database
        .prepare(
          `SELECT 1 FROM provenance WHERE seq = ?
           AND origin = (SELECT id FROM provenance_origin WHERE journal = ? AND epoch = ?)`,
        )
        .get(seq, journal, epoch) !== undefined
    );
  }

  /** @param points the topic ids of the record's readings by their timestamp */
  add(
    { origin, publisher, publisherEpoch, n }: JournalRecord,
    points: ReadonlyMap<string, ReadonlySet<number>>,
    untimed: number,
  ): void {
    const ids = Object.fromEntries(Array.from(points, ([ts, topics]) => [ts, [...topics]]));
    const readings = Array.from(points.values()).reduce((total, topics) => total + topics.size, 0);
    this.#database
      .prepare(
        `INSERT INTO provenance (origin, seq, publisher, n, readings, untimed, points) VALUES (?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        this.#originId(origin),
        origin.seq,
        this.#publisherId(publisher, publisherEpoch),
        n,
        readings,
        untimed,
        JSON.stringify(ids),
      );
  }

  #originId({ journal, epoch }: RecordOrigin): number {
    const found = this.#database
      .prepare<{ id: number }>('SELECT id FROM provenance_origin WHERE journal = ? AND epoch = ?')
      .get(journal, epoch);
    if (found !== undefined) return found.id;
    const insert = this.#database.prepare('INSERT INTO provenance_origin (journal, epoch) VALUES (?, ?)');
    return Number(insert.run(journal, epoch).lastInsertRowid);
  }

  #publisherId(user: string, epoch: string): number {
    const found = this.#database
      .prepare<{ id: number }>('SELECT id FROM provenance_publisher WHERE user = ? AND epoch = ?')
      .get(user, epoch);
    if (found !== undefined) return found.id;
    const insert = this.#database.prepare('INSERT INTO provenance_publisher (user, epoch) VALUES (?, ?)');
    return Number(insert.run(user, epoch).lastInsertRowid);
  }
}
