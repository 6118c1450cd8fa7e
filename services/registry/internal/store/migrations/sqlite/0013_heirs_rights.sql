-- +goose Up
-- A near relative may also have a fact corrected, and the record erased on a day (PIPL 49).
ALTER TABLE heir_request ADD COLUMN asked TEXT NOT NULL DEFAULT 'read';
ALTER TABLE heir_request ADD COLUMN fact_kind TEXT NOT NULL DEFAULT '';
ALTER TABLE heir_request ADD COLUMN source_id TEXT NOT NULL DEFAULT '';
ALTER TABLE heir_request ADD COLUMN wrong_reason_code TEXT NOT NULL DEFAULT '';
ALTER TABLE heir_request ADD COLUMN erase_on TEXT NOT NULL DEFAULT '';

-- What each guardian said about one who is to be added, word by word: that one takes an agreement back changes nothing of another's.
CREATE TABLE guardian_word (
  id       TEXT    PRIMARY KEY,
  guardian TEXT    NOT NULL,
  worker   TEXT    NOT NULL,
  word     TEXT    NOT NULL,
  said_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX guardian_word_guardian ON guardian_word (guardian);
