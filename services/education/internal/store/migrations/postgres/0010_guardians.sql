-- +goose Up
-- From whom an application went over to the guardian who keeps it now, and why.
ALTER TABLE application ADD COLUMN former_worker TEXT NOT NULL DEFAULT '';
ALTER TABLE application ADD COLUMN handed_reason_code TEXT NOT NULL DEFAULT '';

-- The other guardians of the child, who know that there is one and since when.
CREATE TABLE other_guardian (
  application_id TEXT NOT NULL,
  worker         TEXT NOT NULL,
  PRIMARY KEY (application_id, worker)
);
CREATE INDEX other_guardian_worker ON other_guardian (worker);

-- Further references of a child that was entered twice, as the registry said it last.
CREATE TABLE child_reference (
  child_id TEXT PRIMARY KEY,
  root     TEXT NOT NULL
);
CREATE INDEX child_reference_root ON child_reference (root);

-- About whose guardian an officer decides, after hearing both.
CREATE TABLE disagreement (
  id                   TEXT    PRIMARY KEY,
  kind                 TEXT    NOT NULL,
  application_id       TEXT    NOT NULL,
  other_application_id TEXT    NOT NULL,
  child_id             TEXT    NOT NULL,
  county               TEXT    NOT NULL,
  stage                TEXT    NOT NULL,
  worker               TEXT    NOT NULL,
  reason_code          TEXT    NOT NULL,
  state                TEXT    NOT NULL,
  due_on               TEXT    NOT NULL,
  filed_at             BIGINT  NOT NULL,
  heard_keeper_at      BIGINT  NOT NULL,
  heard_other_at       BIGINT  NOT NULL,
  outcome              TEXT    NOT NULL,
  ground               TEXT    NOT NULL,
  decided_by           TEXT    NOT NULL,
  decided_at           BIGINT  NOT NULL,
  version              BIGINT  NOT NULL
);
CREATE UNIQUE INDEX disagreement_once ON disagreement (application_id, worker, other_application_id) WHERE state = 'open';
CREATE INDEX disagreement_open ON disagreement (county, due_on) WHERE state = 'open';
