-- +goose Up
CREATE TABLE school_round (
  id            TEXT    PRIMARY KEY,
  county        TEXT    NOT NULL,
  stage         TEXT    NOT NULL,
  state         TEXT    NOT NULL,
  opens_on      TEXT    NOT NULL,
  closes_on     TEXT    NOT NULL,
  draw_on       TEXT    NOT NULL,
  tie           TEXT    NOT NULL,
  figure_source TEXT    NOT NULL,
  figure_on     TEXT    NOT NULL,
  root          TEXT    NOT NULL,
  entries_count BIGINT  NOT NULL,
  figure        TEXT    NOT NULL,
  committed_by  TEXT    NOT NULL,
  typed_by      TEXT    NOT NULL,
  confirmed_by  TEXT    NOT NULL,
  seed          TEXT    NOT NULL,
  pass          BIGINT  NOT NULL,
  parts         BIGINT  NOT NULL,
  planned_at    BIGINT  NOT NULL,
  version       BIGINT  NOT NULL
);
-- A county has one round of a stage at a time.
CREATE UNIQUE INDEX school_round_running ON school_round (county, stage) WHERE state <> 'ended';

CREATE TABLE round_school (
  round_id  TEXT    NOT NULL REFERENCES school_round (id),
  school_id TEXT    NOT NULL REFERENCES school (id),
  seats     BIGINT  NOT NULL,
  reserved  BIGINT  NOT NULL,
  version   BIGINT  NOT NULL,
  PRIMARY KEY (round_id, school_id)
);
CREATE INDEX round_school_school ON round_school (school_id);

CREATE TABLE entry (
  application_id TEXT    NOT NULL REFERENCES application (id),
  round_id       TEXT    NOT NULL REFERENCES school_round (id),
  worker         TEXT    NOT NULL,
  county         TEXT    NOT NULL,
  ticket         TEXT    NOT NULL,
  nonce          TEXT    NOT NULL,
  word_hash      TEXT    NOT NULL,
  township       TEXT    NOT NULL,
  newcomer       BIGINT  NOT NULL,
  wishes         TEXT    NOT NULL,
  first_at       TEXT    NOT NULL,
  outcome        TEXT    NOT NULL,
  choice         BIGINT  NOT NULL,
  pass           BIGINT  NOT NULL,
  reasons        TEXT    NOT NULL,
  review_by      TEXT    NOT NULL,
  filed_at       BIGINT  NOT NULL,
  version        BIGINT  NOT NULL,
  PRIMARY KEY (application_id, round_id)
);
CREATE UNIQUE INDEX entry_ticket ON entry (round_id, ticket);

CREATE TABLE bundle_part (
  round_id TEXT    NOT NULL REFERENCES school_round (id),
  part     BIGINT  NOT NULL,
  data     BYTEA   NOT NULL,
  PRIMARY KEY (round_id, part)
);

CREATE TABLE bureau_task (
  id             TEXT    PRIMARY KEY,
  application_id TEXT    NOT NULL UNIQUE REFERENCES application (id),
  worker         TEXT    NOT NULL,
  county         TEXT    NOT NULL,
  stage          TEXT    NOT NULL,
  round_id       TEXT    NOT NULL,
  state          TEXT    NOT NULL,
  due_on         TEXT    NOT NULL,
  opened_at      BIGINT  NOT NULL,
  reasons        TEXT    NOT NULL,
  version        BIGINT  NOT NULL
);
CREATE INDEX bureau_task_open ON bureau_task (county, due_on) WHERE state = 'open';

CREATE TABLE appeal (
  id             TEXT    PRIMARY KEY,
  round_id       TEXT    NOT NULL REFERENCES school_round (id),
  application_id TEXT    NOT NULL REFERENCES application (id),
  worker         TEXT    NOT NULL,
  county         TEXT    NOT NULL,
  school_id      TEXT    NOT NULL,
  ground         TEXT    NOT NULL,
  state          TEXT    NOT NULL,
  relief         TEXT    NOT NULL,
  due_on         TEXT    NOT NULL,
  filed_at       BIGINT  NOT NULL,
  decided_by     TEXT    NOT NULL,
  reasons        TEXT    NOT NULL,
  version        BIGINT  NOT NULL,
  UNIQUE (application_id, round_id, school_id)
);
CREATE INDEX appeal_county ON appeal (county, state, due_on);

ALTER TABLE offer ADD COLUMN round_id TEXT NOT NULL DEFAULT '';
ALTER TABLE offer ADD COLUMN way TEXT NOT NULL DEFAULT '';
-- An offer beside an accepted place takes a place too; an application has one such.
DROP INDEX offer_school;
CREATE INDEX offer_school ON offer (school_id) WHERE state IN ('open', 'accepted', 'better');
CREATE UNIQUE INDEX offer_better ON offer (application_id) WHERE state = 'better';
CREATE INDEX offer_round ON offer (round_id) WHERE round_id <> '';
ALTER TABLE application ADD COLUMN grant_state TEXT NOT NULL DEFAULT '';
CREATE INDEX application_grant ON application (county) WHERE grant_state = 'asked';
