-- +goose Up
-- The event table is the truth: append-only, the outbox, and the history that people see.
CREATE TABLE event (
  ord        BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id         TEXT    NOT NULL,
  aggregate  TEXT    NOT NULL,
  version    BIGINT NOT NULL,
  channel    TEXT    NOT NULL,
  audience   TEXT    NOT NULL CHECK (audience IN ('own', 'shared')),
  type       TEXT    NOT NULL,
  worker     TEXT    NOT NULL,
  body       BYTEA    NOT NULL,
  created_at BIGINT NOT NULL,
  epoch      BIGINT,
  seq        BIGINT,
  chain      BYTEA,
  UNIQUE (aggregate, version)
);
CREATE INDEX event_unsequenced ON event (channel, ord) WHERE seq IS NULL AND audience = 'shared';
CREATE UNIQUE INDEX event_sequenced ON event (channel, epoch, seq) WHERE seq IS NOT NULL;

CREATE TABLE channel (
  channel       TEXT    PRIMARY KEY,
  epoch         BIGINT NOT NULL,
  last_seq      BIGINT NOT NULL,
  chain         BYTEA    NOT NULL,
  published_seq BIGINT NOT NULL,
  owner         TEXT    NOT NULL,
  term          BIGINT NOT NULL,
  lease_until   BIGINT NOT NULL
);

CREATE TABLE cursor (
  channel        TEXT    PRIMARY KEY,
  epoch          BIGINT NOT NULL,
  seq            BIGINT NOT NULL,
  chain          BYTEA    NOT NULL,
  stream_seq     BIGINT NOT NULL,
  stream_created BIGINT NOT NULL,
  applied        BIGINT NOT NULL,
  skipped        BIGINT NOT NULL,
  gaps_filled    BIGINT NOT NULL,
  owner          TEXT    NOT NULL,
  term           BIGINT NOT NULL,
  lease_until    BIGINT NOT NULL
);

CREATE TABLE parked (
  channel   TEXT    NOT NULL,
  seq       BIGINT NOT NULL,
  epoch     BIGINT NOT NULL,
  id        TEXT    NOT NULL,
  type      TEXT    NOT NULL,
  event_key TEXT    NOT NULL,
  body      BYTEA    NOT NULL,
  code      TEXT    NOT NULL,
  text      TEXT    NOT NULL,
  parked_at BIGINT NOT NULL,
  attempts  BIGINT NOT NULL,
  PRIMARY KEY (channel, seq)
);

CREATE TABLE idempotency (
  key        BYTEA    PRIMARY KEY,
  request    BYTEA    NOT NULL,
  answer     BYTEA    NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX idempotency_expiry ON idempotency (expires_at);

CREATE TABLE task (
  id         TEXT    PRIMARY KEY,
  kind       TEXT    NOT NULL,
  payload    BYTEA    NOT NULL,
  due_at     BIGINT NOT NULL,
  attempts   BIGINT NOT NULL,
  origin     TEXT    NOT NULL
);
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
  withdrawn  BIGINT NOT NULL
);
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
  months      BIGINT NOT NULL,
  code        TEXT    NOT NULL,
  fact_version BIGINT NOT NULL,
  flagged     BIGINT NOT NULL,
  recorded_at BIGINT NOT NULL,
  PRIMARY KEY (case_id, source, source_id)
);
CREATE INDEX evidence_worker ON evidence (worker);
CREATE INDEX evidence_grant ON evidence (grant_id);

-- Records that are in dispute or undone: an answer that was already under way must not bring them back.
CREATE TABLE evidence_retracted (
  source    TEXT NOT NULL,
  source_id TEXT NOT NULL,
  PRIMARY KEY (source, source_id)
);
