-- +goose Up
-- A change of document or name that two officers make; what it would change is sealed under the worker's own key, and goes when nothing could be put back to it.
CREATE TABLE document_case (
  id                  TEXT    PRIMARY KEY,
  worker              TEXT    NOT NULL,
  county              TEXT    NOT NULL,
  number_changes      INTEGER NOT NULL,
  name_changes        INTEGER NOT NULL,
  sealed              BLOB    NOT NULL,
  reason_code         TEXT    NOT NULL,
  paper               TEXT    NOT NULL,
  officer             TEXT    NOT NULL,
  made_at             INTEGER NOT NULL,
  state               TEXT    NOT NULL,
  decided_by          TEXT    NOT NULL,
  decided_at          INTEGER NOT NULL,
  refusal_reason_code TEXT    NOT NULL,
  objected_at         INTEGER NOT NULL,
  under_age           INTEGER NOT NULL,
  settled_by          TEXT    NOT NULL,
  settled_at          INTEGER NOT NULL,
  outcome             TEXT    NOT NULL
) STRICT;
CREATE INDEX document_case_waiting ON document_case (state, made_at);
CREATE INDEX document_case_worker ON document_case (worker, made_at);

-- What a person was found by before: keyed hashes of numbers, and of names with the person's reference.
CREATE TABLE former_value (
  value_index BLOB    NOT NULL,
  worker      TEXT    NOT NULL,
  change_id   TEXT    NOT NULL,
  ended_at    INTEGER NOT NULL,
  PRIMARY KEY (value_index, worker, change_id)
) STRICT;
CREATE INDEX former_value_worker ON former_value (worker);
CREATE INDEX former_value_change ON former_value (change_id);
