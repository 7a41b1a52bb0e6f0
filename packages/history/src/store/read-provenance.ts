import { openDatabase } from '@volttron-ts/storage';
import type { Database } from '@volttron-ts/storage';

import { storeMigrations } from './store-schema.ts';

/** Numbers of one publisher's epoch, as closed runs in rising order. */
export interface PublicationRuns {
  /** The verified user. */
  readonly publisher: string;
  readonly epoch: string;
  readonly runs: readonly (readonly [first: number, last: number])[];
}

/** What a history store says of itself, point by point. */
export interface ProvenanceReport {
  /** Records stored. */
  readonly records: number;
  /** Readings that those records brought: one topic, point, timestamp and value each. */
  readonly readings: number;
  /** Rows of the table `data`. */
  readonly rows: number;
  /** Readings that another record brought too: stored twice over the same row. */
  readonly repeated: number;
  /** Readings whose row is not in the table `data`. */
  readonly missing: number;
  /** Rows that no record brought. */
  readonly unclaimed: number;
  /** Numbered publications stored more than once, under different origins. */
  readonly repeatedPublications: number;
  /** Readings stored with the time of capture because their timestamp could not be read. */
  readonly untimed: number;
  /** The numbered publications stored. */
  readonly publications: readonly PublicationRuns[];
}

/** A record's claims to rows of `data`. */
const CLAIMS = `
  WITH claim AS (
    SELECT CAST(id.value AS INTEGER) AS topic_id, point.key AS ts
    FROM provenance, json_each(points) AS point, json_each(point.value) AS id
  )`;

/**
 * Reads a store's provenance from its file, which may be in use, and holds every claim against the table `data`. Takes
 * about a second for a million readings: a checker's tool, not for a thread that has peers to serve.
 *
 * @throws DatabaseOlderError, DatabaseNewerError, DatabaseUnusableError
 */
export function readProvenance(path: string): ProvenanceReport {
  using database = openDatabase(path, { migrations: storeMigrations, durability: 'kill-safe', readOnly: true });
  // One snapshot for all of the questions.
  database.exec('BEGIN');
  const totals = `SELECT count(*) AS records, ifnull(sum(readings), 0) AS readings, ifnull(sum(untimed), 0) AS untimed
                  FROM provenance`;
  const rows = numberOf(database, 'SELECT count(*) AS n FROM data');
  const distinct = numberOf(database, `${CLAIMS} SELECT count(*) AS n FROM (SELECT DISTINCT topic_id, ts FROM claim)`);
  const found = numberOf(
    database,
    // CROSS JOIN keeps the claims outside, so that each is one look into the index of `data`.
    `${CLAIMS} SELECT count(*) AS n FROM (SELECT DISTINCT topic_id, ts FROM claim) CROSS JOIN data USING (topic_id, ts)`,
  );
  const {
    records = 0,
    readings = 0,
    untimed = 0,
  } = database.prepare<{ records: number; readings: number; untimed: number }>(totals).get() ?? {};
  return {
    records,
    readings,
    rows,
    repeated: readings - distinct,
    missing: distinct - found,
    unclaimed: rows - found,
    ...readPublications(database),
    untimed,
  };
}

const numberOf = (database: Database, sql: string): number => database.prepare<{ n: number }>(sql).get()?.n ?? 0;

function readPublications(database: Database): Pick<ProvenanceReport, 'publications' | 'repeatedPublications'> {
  const stored = database
    .prepare<{ publisher: string; epoch: string; n: number }>(
      `SELECT user AS publisher, epoch, n FROM provenance JOIN provenance_publisher ON id = publisher
       WHERE n > 0 ORDER BY publisher, epoch, n`,
    )
    .iterate();
  const publications: { publisher: string; epoch: string; runs: [number, number][] }[] = [];
  let repeatedPublications = 0;
  for (const { publisher, epoch, n } of stored) {
    let current = publications.at(-1);
    if (current?.publisher !== publisher || current.epoch !== epoch) {
      current = { publisher, epoch, runs: [] };
      publications.push(current);
    }
    const run = current.runs.at(-1);
    if (run?.[1] === n) repeatedPublications++;
    else if (run?.[1] === n - 1) run[1] = n;
    else current.runs.push([n, n]);
  }
  return { publications, repeatedPublications };
}

/** Which of the acknowledged publications a store does not have. */
export function missingPublications(
  acknowledged: readonly PublicationRuns[],
  stored: readonly PublicationRuns[],
): PublicationRuns[] {
  return acknowledged.flatMap(({ publisher, epoch, runs }) => {
    const held = stored.find((other) => other.publisher === publisher && other.epoch === epoch)?.runs ?? [];
    const missing = runs.flatMap((run) => without(run, held));
    return missing.length === 0 ? [] : [{ publisher, epoch, runs: missing }];
  });
}

function without([first, last]: readonly [number, number], held: PublicationRuns['runs']): [number, number][] {
  const missing: [number, number][] = [];
  let next = first;
  for (const [from, to] of held) {
    if (to < next || from > last) continue;
    if (from > next) missing.push([next, from - 1]);
    next = Math.max(next, to + 1);
  }
  if (next <= last) missing.push([next, last]);
  return missing;
}
