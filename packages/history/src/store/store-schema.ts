import type { Migration } from '@volttron-ts/storage';

import { streamTables } from '../journal/journal-schema.ts';

/**
 * `data` and `topics` are the Python SQL historian's, to the letter (reference/agents-cli.md §6.1). Beside them stands
 * where each row came from: `provenance.points` is a JSON object of timestamp → topic ids.
 */
export const storeMigrations: readonly Migration[] = [
  {
    version: 1,
    up: `
      CREATE TABLE IF NOT EXISTS data (
        ts timestamp NOT NULL, topic_id INTEGER NOT NULL, value_string TEXT NOT NULL, UNIQUE(topic_id, ts)
      );
      CREATE INDEX IF NOT EXISTS data_idx ON data (ts ASC);
      CREATE TABLE IF NOT EXISTS topics (
        topic_id INTEGER PRIMARY KEY, topic_name TEXT NOT NULL, metadata TEXT, UNIQUE(topic_name)
      );
      CREATE TABLE provenance_origin (
        id INTEGER PRIMARY KEY, journal TEXT NOT NULL, epoch TEXT NOT NULL, UNIQUE (journal, epoch)
      ) STRICT;
      CREATE TABLE provenance_publisher (
        id INTEGER PRIMARY KEY, user TEXT NOT NULL, epoch TEXT NOT NULL, UNIQUE (user, epoch)
      ) STRICT;
      CREATE TABLE provenance (
        origin INTEGER NOT NULL REFERENCES provenance_origin, seq INTEGER NOT NULL,
        publisher INTEGER NOT NULL REFERENCES provenance_publisher, n INTEGER NOT NULL,
        readings INTEGER NOT NULL, untimed INTEGER NOT NULL, points TEXT NOT NULL,
        PRIMARY KEY (origin, seq)
      ) STRICT, WITHOUT ROWID;
      ${streamTables}
    `,
  },
];
