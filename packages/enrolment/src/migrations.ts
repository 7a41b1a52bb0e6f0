import type { Migration } from '@volttron-ts/storage';

import { certificateTables } from './certificates/certificate-tables.ts';

/**
 * A row per request. `superseded_by` and `removed_at` end a row's currency but keep it for the record; of the current
 * rows there is one per credential and identity. `step` is the outbox: what the decision still owes AccessGrant.
 */
export const migrations: readonly Migration[] = [
  {
    version: 1,
    up: `
      CREATE TABLE key_request (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        credential TEXT NOT NULL,
        identity TEXT NOT NULL,
        domain TEXT NOT NULL,
        address TEXT NOT NULL,
        status TEXT NOT NULL CHECK (status IN ('pending', 'approved', 'denied')),
        attempts INTEGER NOT NULL,
        first_seen INTEGER NOT NULL,
        last_seen INTEGER NOT NULL,
        decided_by TEXT,
        decided_from TEXT,
        decided_at INTEGER,
        why TEXT,
        supersedes TEXT REFERENCES key_request (id),
        superseded_by TEXT,
        removed_by TEXT,
        removed_from TEXT,
        removed_at INTEGER,
        step TEXT CHECK (step IN ('grant', 'withdraw', 'forget')),
        step_seq INTEGER,
        problem TEXT
      ) STRICT;
      CREATE UNIQUE INDEX key_request_current ON key_request (credential, identity)
        WHERE superseded_by IS NULL AND removed_at IS NULL;
      CREATE INDEX key_request_pending ON key_request (address, last_seen) WHERE status = 'pending';
      CREATE INDEX key_request_step ON key_request (step_seq) WHERE step IS NOT NULL;
    `,
  },
  { version: 2, up: certificateTables },
];
