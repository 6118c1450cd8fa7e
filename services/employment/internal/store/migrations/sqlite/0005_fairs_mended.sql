-- +goose Up
ALTER TABLE fair ADD COLUMN venue TEXT NOT NULL DEFAULT '';
ALTER TABLE fair ADD COLUMN hours TEXT NOT NULL DEFAULT '';
ALTER TABLE fair ADD COLUMN reason_code TEXT NOT NULL DEFAULT '';
-- What the worker must know of an interview before answering; it is the employer's.
ALTER TABLE interview ADD COLUMN meet_place TEXT NOT NULL DEFAULT '';
ALTER TABLE interview ADD COLUMN meet_contact TEXT NOT NULL DEFAULT '';
ALTER TABLE interview ADD COLUMN meet_phone TEXT NOT NULL DEFAULT '';

CREATE TABLE fair_correction (
  id          TEXT PRIMARY KEY,
  fair_id     TEXT NOT NULL REFERENCES fair (id),
  division    TEXT NOT NULL,
  number      INTEGER NOT NULL,
  reason_code TEXT NOT NULL,
  state       TEXT NOT NULL,
  figure      TEXT NOT NULL,
  mends       TEXT NOT NULL,
  wronged     INTEGER NOT NULL,
  proposed_by TEXT NOT NULL,
  decided_by  TEXT NOT NULL,
  proposed_at INTEGER NOT NULL,
  decided_at  INTEGER NOT NULL,
  version     INTEGER NOT NULL,
  UNIQUE (fair_id, number)
) STRICT;
