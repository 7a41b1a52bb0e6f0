import type { Migration } from '@volttron-ts/storage';

/** Marks and gap events of a destination, the same in a journal and in a history store. */
export const streamTables = `
  CREATE TABLE journal_marks (
    id INTEGER PRIMARY KEY, user TEXT NOT NULL, stream TEXT NOT NULL, epoch TEXT NOT NULL, through INTEGER NOT NULL,
    UNIQUE (user, stream, epoch)
  ) STRICT;
  CREATE TABLE journal_gaps (
    id INTEGER PRIMARY KEY, time INTEGER NOT NULL, user TEXT NOT NULL, stream TEXT NOT NULL, epoch TEXT NOT NULL,
    first INTEGER NOT NULL, last INTEGER NOT NULL, why TEXT NOT NULL
  ) STRICT;
`;

/**
 * `head` is one row: the last sequence given and the bytes up to it, and the same of what was trimmed. `record.total`
 * counts the bytes of the journal up to and with that record, so that sizes between two positions are a subtraction.
 * `seen` holds the sequences taken of each foreign origin as closed intervals; they outlive the records.
 */
export const journalMigrations: readonly Migration[] = [
  {
    version: 1,
    up: `
      CREATE TABLE head (
        journal TEXT NOT NULL, last INTEGER NOT NULL, total INTEGER NOT NULL,
        trimmed INTEGER NOT NULL, trimmed_total INTEGER NOT NULL
      ) STRICT;
      CREATE TABLE epoch (start INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
      CREATE TABLE record (
        seq INTEGER PRIMARY KEY, topic TEXT NOT NULL, total INTEGER NOT NULL, packed BLOB NOT NULL
      ) STRICT;
      CREATE TABLE cursor (name TEXT PRIMARY KEY, start INTEGER NOT NULL, seq INTEGER NOT NULL) STRICT, WITHOUT ROWID;
      CREATE TABLE acknowledged (time INTEGER PRIMARY KEY, seq INTEGER NOT NULL) STRICT;
      CREATE TABLE publisher (
        id INTEGER PRIMARY KEY, user TEXT NOT NULL, epoch TEXT NOT NULL, n INTEGER NOT NULL, holes TEXT NOT NULL,
        UNIQUE (user, epoch)
      ) STRICT;
      CREATE TABLE origin (
        id INTEGER PRIMARY KEY, journal TEXT NOT NULL, epoch TEXT NOT NULL, UNIQUE (journal, epoch)
      ) STRICT;
      CREATE TABLE seen (
        origin INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, PRIMARY KEY (origin, first)
      ) STRICT, WITHOUT ROWID;
      ${streamTables}
    `,
  },
  // Nothing is kept behind a refused number any more, so that the highest one says it all.
  { version: 2, up: 'ALTER TABLE publisher DROP COLUMN holes' },
];
