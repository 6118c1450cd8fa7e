-- +goose Up
-- The event table is the truth: append-only, the outbox, and the history that people see.
CREATE TABLE event (
  ord        INTEGER PRIMARY KEY,
  id         TEXT    NOT NULL,
  aggregate  TEXT    NOT NULL,
  version    INTEGER NOT NULL,
  channel    TEXT    NOT NULL,
  audience   TEXT    NOT NULL CHECK (audience IN ('own', 'shared')),
  type       TEXT    NOT NULL,
  worker     TEXT    NOT NULL,
  body       BLOB    NOT NULL,
  created_at INTEGER NOT NULL,
  epoch      INTEGER,
  seq        INTEGER,
  chain      BLOB,
  UNIQUE (aggregate, version)
) STRICT;
CREATE INDEX event_unsequenced ON event (channel, ord) WHERE seq IS NULL AND audience = 'shared';
CREATE UNIQUE INDEX event_sequenced ON event (channel, epoch, seq) WHERE seq IS NOT NULL;

CREATE TABLE channel (
  channel       TEXT    PRIMARY KEY,
  epoch         INTEGER NOT NULL,
  last_seq      INTEGER NOT NULL,
  chain         BLOB    NOT NULL,
  published_seq INTEGER NOT NULL,
  owner         TEXT    NOT NULL,
  term          INTEGER NOT NULL,
  lease_until   INTEGER NOT NULL
) STRICT;

CREATE TABLE cursor (
  channel        TEXT    PRIMARY KEY,
  epoch          INTEGER NOT NULL,
  seq            INTEGER NOT NULL,
  chain          BLOB    NOT NULL,
  stream_seq     INTEGER NOT NULL,
  stream_created INTEGER NOT NULL,
  applied        INTEGER NOT NULL,
  skipped        INTEGER NOT NULL,
  gaps_filled    INTEGER NOT NULL,
  owner          TEXT    NOT NULL,
  term           INTEGER NOT NULL,
  lease_until    INTEGER NOT NULL
) STRICT;

CREATE TABLE parked (
  channel   TEXT    NOT NULL,
  seq       INTEGER NOT NULL,
  epoch     INTEGER NOT NULL,
  id        TEXT    NOT NULL,
  type      TEXT    NOT NULL,
  event_key TEXT    NOT NULL,
  body      BLOB    NOT NULL,
  code      TEXT    NOT NULL,
  text      TEXT    NOT NULL,
  parked_at INTEGER NOT NULL,
  attempts  INTEGER NOT NULL,
  PRIMARY KEY (channel, seq)
) STRICT;

CREATE TABLE idempotency (
  key        BLOB    PRIMARY KEY,
  request    BLOB    NOT NULL,
  answer     BLOB    NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_expiry ON idempotency (expires_at);

CREATE TABLE task (
  id         TEXT    PRIMARY KEY,
  kind       TEXT    NOT NULL,
  payload    BLOB    NOT NULL,
  due_at     INTEGER NOT NULL,
  attempts   INTEGER NOT NULL,
  origin     TEXT    NOT NULL
) STRICT;
CREATE INDEX task_due ON task (due_at);

-- What this department may use of a worker's facts, as the registry's consent events say.
CREATE TABLE consent_grant (
  id         TEXT    PRIMARY KEY,
  worker     TEXT    NOT NULL,
  purpose    TEXT    NOT NULL,
  recipient  TEXT    NOT NULL,
  kinds      TEXT    NOT NULL,
  valid_from TEXT    NOT NULL,
  valid_to   TEXT    NOT NULL,
  withdrawn  INTEGER NOT NULL
) STRICT;
CREATE INDEX consent_grant_worker ON consent_grant (worker);

-- Facts of other departments held as evidence for an open case.
CREATE TABLE evidence (
  case_id     TEXT    NOT NULL,
  source      TEXT    NOT NULL,
  source_id   TEXT    NOT NULL,
  kind        TEXT    NOT NULL,
  worker      TEXT    NOT NULL,
  grant_id    TEXT    NOT NULL,
  since       TEXT    NOT NULL,
  until       TEXT    NOT NULL,
  months      INTEGER NOT NULL,
  code        TEXT    NOT NULL,
  fact_version INTEGER NOT NULL,
  flagged     INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL,
  PRIMARY KEY (case_id, source, source_id)
) STRICT;
CREATE INDEX evidence_worker ON evidence (worker);
CREATE INDEX evidence_grant ON evidence (grant_id);

-- Records that are in dispute or undone: an answer that was already under way must not bring them back.
CREATE TABLE evidence_retracted (
  source    TEXT NOT NULL,
  source_id TEXT NOT NULL,
  PRIMARY KEY (source, source_id)
) STRICT;
