-- +goose Up
-- Who may act for a child, since and until when, and on which paper. child.worker stays who registered it.
CREATE TABLE guardian (
  id               TEXT    PRIMARY KEY,
  child            TEXT    NOT NULL,
  worker           TEXT    NOT NULL,
  guardian_kind    TEXT    NOT NULL,
  paper            TEXT    NOT NULL,
  county           TEXT    NOT NULL,
  state            TEXT    NOT NULL,
  valid_from       TEXT    NOT NULL,
  valid_to         TEXT    NOT NULL,
  officer          TEXT    NOT NULL,
  made_at          INTEGER NOT NULL,
  answer_by        TEXT    NOT NULL,
  objected_by      TEXT    NOT NULL,
  heard_present_at INTEGER NOT NULL,
  heard_new_at     INTEGER NOT NULL,
  decided_by       TEXT    NOT NULL,
  end_reason_code  TEXT    NOT NULL,
  ended_on         TEXT    NOT NULL,
  version          INTEGER NOT NULL
) STRICT;
CREATE INDEX guardian_worker ON guardian (worker);
CREATE INDEX guardian_child ON guardian (child);
CREATE INDEX guardian_waits ON guardian (county, state) WHERE state IN ('disputed', 'ended');
CREATE UNIQUE INDEX guardian_once ON guardian (child, worker) WHERE state IN ('asked', 'disputed', 'active');
-- The one guardian whom each child has so far, under an id made of the child's.
INSERT INTO guardian
  SELECT substr(id, 1, 14) || '8' || substr(id, 16), id, worker, 'parent', 'own_word', county, 'active', '', '', '', 0, '', '', 0, 0, '', '', '', 1 FROM child;

-- What two officers do about a child's guardians: end one, hide something from one, say that two records are one child.
CREATE TABLE guardian_case (
  id                  TEXT    PRIMARY KEY,
  case_kind           TEXT    NOT NULL,
  child               TEXT    NOT NULL,
  guardian            TEXT    NOT NULL,
  other_child         TEXT    NOT NULL,
  worker              TEXT    NOT NULL,
  hidden              TEXT    NOT NULL,
  valid_to            TEXT    NOT NULL,
  reason_code         TEXT    NOT NULL,
  paper               TEXT    NOT NULL,
  county              TEXT    NOT NULL,
  officer             TEXT    NOT NULL,
  made_at             INTEGER NOT NULL,
  state               TEXT    NOT NULL,
  refusal_reason_code TEXT    NOT NULL,
  decided_by          TEXT    NOT NULL,
  decided_at          INTEGER NOT NULL
) STRICT;
CREATE INDEX guardian_case_open ON guardian_case (state, county);
CREATE INDEX guardian_case_child ON guardian_case (child);

-- A child who was entered twice: the alias stands for the other record, and what is recorded under it stays there.
CREATE TABLE same_child (
  alias    TEXT    PRIMARY KEY,
  into_id  TEXT    NOT NULL,
  since_at INTEGER NOT NULL
) STRICT;
CREATE INDEX same_child_into ON same_child (into_id);

-- Which steps of growing up a child has taken; not when.
CREATE TABLE child_step (
  child TEXT NOT NULL,
  step  TEXT NOT NULL,
  PRIMARY KEY (child, step)
) STRICT;
