-- +goose Up
ALTER TABLE school_round ADD COLUMN planned_by TEXT NOT NULL DEFAULT '';
ALTER TABLE school_round ADD COLUMN reason_code TEXT NOT NULL DEFAULT '';
ALTER TABLE school_round ADD COLUMN doubles_on TEXT NOT NULL DEFAULT '';
-- A round that was cancelled holds nothing: another one of its county and stage can run.
DROP INDEX school_round_running;
CREATE UNIQUE INDEX school_round_running ON school_round (county, stage) WHERE state NOT IN ('ended', 'cancelled');
ALTER TABLE appeal ADD COLUMN reason_code TEXT NOT NULL DEFAULT '';

CREATE TABLE round_double (
  id                   TEXT PRIMARY KEY,
  round_id             TEXT NOT NULL REFERENCES school_round (id),
  county               TEXT NOT NULL,
  application_id       TEXT NOT NULL REFERENCES application (id),
  other_application_id TEXT NOT NULL REFERENCES application (id),
  grounds              TEXT NOT NULL,
  state                TEXT NOT NULL,
  withdrawn_id         TEXT NOT NULL,
  reason_code          TEXT NOT NULL,
  decided_by           TEXT NOT NULL,
  decided_at           INTEGER NOT NULL,
  version              INTEGER NOT NULL,
  UNIQUE (round_id, application_id, other_application_id)
) STRICT;

CREATE TABLE round_correction (
  id          TEXT PRIMARY KEY,
  round_id    TEXT NOT NULL REFERENCES school_round (id),
  county      TEXT NOT NULL,
  number      INTEGER NOT NULL,
  reason_code TEXT NOT NULL,
  state       TEXT NOT NULL,
  relief      TEXT NOT NULL,
  figure      TEXT NOT NULL,
  mends       TEXT NOT NULL,
  wronged     INTEGER NOT NULL,
  proposed_by TEXT NOT NULL,
  decided_by  TEXT NOT NULL,
  proposed_at INTEGER NOT NULL,
  decided_at  INTEGER NOT NULL,
  version     INTEGER NOT NULL,
  UNIQUE (round_id, number)
) STRICT;
