/**
 * The tables of certificate requests (migration 2). `superseded_by` and `removed_at` end a request's currency but keep it
 * for the record; of the current ones there is one per name. `step` is the outbox towards CertificateGrant, `call` the one
 * towards the plugins: it is set before a plugin is called, and unset together with what the call led to.
 */
export const certificateTables = `
  CREATE TABLE certificate_request (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    csr TEXT NOT NULL,
    address TEXT NOT NULL,
    own INTEGER NOT NULL CHECK (own IN (0, 1)),
    status TEXT NOT NULL CHECK (status IN ('pending', 'approved', 'issued', 'denied', 'canceled', 'failed')),
    attempts INTEGER NOT NULL,
    first_seen INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    decided_by TEXT,
    decided_from TEXT,
    decided_at INTEGER,
    why TEXT,
    supersedes TEXT REFERENCES certificate_request (id),
    superseded_by TEXT,
    removed_at INTEGER,
    order_id TEXT,
    step TEXT CHECK (step IN ('grant', 'withdraw', 'forget')),
    step_seq INTEGER,
    problem TEXT
  ) STRICT;
  CREATE UNIQUE INDEX certificate_request_current ON certificate_request (name)
    WHERE superseded_by IS NULL AND removed_at IS NULL;
  CREATE INDEX certificate_request_pending ON certificate_request (address)
    WHERE status = 'pending' AND superseded_by IS NULL AND removed_at IS NULL;
  CREATE INDEX certificate_request_step ON certificate_request (step_seq) WHERE step IS NOT NULL;
  CREATE TABLE certificate_step (last INTEGER NOT NULL) STRICT;
  INSERT INTO certificate_step VALUES (0);

  CREATE TABLE name_conflict (
    request_id TEXT NOT NULL REFERENCES certificate_request (id),
    fingerprint TEXT NOT NULL,
    address TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    PRIMARY KEY (request_id, fingerprint)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE certificate_order (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    request_id TEXT NOT NULL REFERENCES certificate_request (id),
    plugin TEXT NOT NULL,
    opened_at INTEGER NOT NULL,
    order_meta TEXT NOT NULL,
    plugin_meta TEXT NOT NULL,
    private_key TEXT,
    status TEXT NOT NULL CHECK (status IN ('PENDING', 'ACTIVE', 'ERROR')),
    sub_status TEXT,
    sub_status_message TEXT,
    call TEXT,
    call_number INTEGER NOT NULL,
    exclusive INTEGER NOT NULL,
    recovering INTEGER NOT NULL,
    next_method TEXT,
    next_at INTEGER,
    planned_at INTEGER,
    modify_wanted INTEGER NOT NULL,
    cancel_wanted INTEGER NOT NULL,
    misses INTEGER NOT NULL,
    lone_interruptions INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX certificate_order_open ON certificate_order (seq) WHERE status = 'PENDING';

  CREATE TABLE certificate (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    order_id TEXT NOT NULL UNIQUE REFERENCES certificate_order (id),
    request_id TEXT NOT NULL REFERENCES certificate_request (id),
    name TEXT NOT NULL,
    certificate TEXT NOT NULL,
    intermediates TEXT NOT NULL,
    private_key TEXT,
    serial_number TEXT NOT NULL,
    not_before INTEGER NOT NULL,
    not_after INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('valid', 'superseded', 'revoked')),
    ended_at INTEGER
  ) STRICT;
  CREATE INDEX certificate_valid ON certificate (name) WHERE state = 'valid';

  CREATE TABLE request_event (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    request_id TEXT NOT NULL,
    name TEXT NOT NULL,
    action TEXT NOT NULL,
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    "by" TEXT NOT NULL,
    "from" TEXT NOT NULL,
    why TEXT,
    detail TEXT NOT NULL,
    prev TEXT NOT NULL,
    hash TEXT NOT NULL
  ) STRICT;
`;
