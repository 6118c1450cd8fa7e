-- +goose Up
-- Document and profile are sealed under the worker's own key, which is kept elsewhere.
CREATE TABLE worker (
  id             TEXT    PRIMARY KEY,
  document_index BYTEA   UNIQUE,
  document       BYTEA   NOT NULL,
  profile        BYTEA   NOT NULL,
  county         TEXT    NOT NULL,
  languages      TEXT    NOT NULL,
  registered_on  TEXT    NOT NULL,
  notice_version TEXT    NOT NULL,
  age_reached    BIGINT  NOT NULL,
  age_checked_on TEXT    NOT NULL,
  closed_on      TEXT    NOT NULL,
  version        BIGINT  NOT NULL
);

CREATE TABLE child (
  id             TEXT    PRIMARY KEY,
  worker         TEXT    NOT NULL REFERENCES worker (id),
  identity_index BYTEA   NOT NULL UNIQUE,
  sealed         BYTEA   NOT NULL,
  county         TEXT    NOT NULL,
  version        BIGINT  NOT NULL
);
CREATE INDEX child_worker ON child (worker);

CREATE TABLE consent (
  id             TEXT    PRIMARY KEY,
  worker         TEXT    NOT NULL,
  division       TEXT    NOT NULL,
  purpose        TEXT    NOT NULL,
  kinds          TEXT    NOT NULL,
  recipient      TEXT    NOT NULL,
  valid_from     TEXT    NOT NULL,
  valid_to       TEXT    NOT NULL,
  notice_version TEXT    NOT NULL,
  language       TEXT    NOT NULL,
  withdrawn_at   BIGINT  NOT NULL,
  version        BIGINT  NOT NULL
);
CREATE INDEX consent_worker ON consent (worker);

CREATE TABLE correction (
  id          TEXT    PRIMARY KEY,
  worker      TEXT    NOT NULL,
  division    TEXT    NOT NULL,
  source      TEXT    NOT NULL,
  source_id   TEXT    NOT NULL,
  kind        TEXT    NOT NULL,
  reason_code TEXT    NOT NULL,
  made_at     BIGINT  NOT NULL
);
CREATE INDEX correction_worker ON correction (worker);

-- Every event of a worker's life, as it came. One index serves looking up, paging and taking each event once.
CREATE TABLE timeline (
  worker      TEXT    NOT NULL,
  occurred_at BIGINT  NOT NULL,
  event_id    TEXT    NOT NULL,
  type        TEXT    NOT NULL,
  aggregate   TEXT    NOT NULL,
  division    TEXT    NOT NULL,
  actor       TEXT    NOT NULL,
  via         TEXT    NOT NULL,
  correlation TEXT    NOT NULL,
  causation   TEXT    NOT NULL,
  trace_id    TEXT    NOT NULL,
  data        BYTEA   NOT NULL,
  PRIMARY KEY (worker, occurred_at, event_id)
);

-- The end of each worker's access log; lines are linked by a keyed hash.
CREATE TABLE access_head (
  worker TEXT    PRIMARY KEY,
  seq    BIGINT  NOT NULL,
  link   BYTEA   NOT NULL
);

CREATE TABLE access_line (
  worker      TEXT    NOT NULL,
  seq         BIGINT  NOT NULL,
  at          BIGINT  NOT NULL,
  reader_kind TEXT    NOT NULL,
  reader      TEXT    NOT NULL,
  purpose     TEXT    NOT NULL,
  legal_basis TEXT    NOT NULL,
  kinds       TEXT    NOT NULL,
  case_id     TEXT    NOT NULL,
  service     TEXT    NOT NULL,
  link        BYTEA   NOT NULL,
  PRIMARY KEY (worker, seq)
);

CREATE TABLE message (
  id            TEXT    PRIMARY KEY,
  worker        TEXT    NOT NULL,
  division      TEXT    NOT NULL,
  template      TEXT    NOT NULL,
  about         TEXT    NOT NULL,
  about_service TEXT    NOT NULL,
  details       TEXT    NOT NULL,
  sent_at       BIGINT  NOT NULL,
  delivered_at  BIGINT  NOT NULL,
  read_at       BIGINT  NOT NULL,
  version       BIGINT  NOT NULL
);
CREATE INDEX message_worker ON message (worker);

CREATE TABLE mailbox (
  message_id TEXT    PRIMARY KEY,
  worker     TEXT    NOT NULL,
  put_at     BIGINT  NOT NULL
);
CREATE INDEX mailbox_worker ON mailbox (worker, put_at);

-- Whose keys were destroyed for good: replayed after a restore.
CREATE TABLE erasure (
  owner    TEXT    PRIMARY KEY,
  worker   TEXT    NOT NULL,
  asked_at BIGINT  NOT NULL
);
