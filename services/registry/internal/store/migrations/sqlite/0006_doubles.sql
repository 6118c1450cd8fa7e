-- +goose Up
-- What two records of one person have in common, as keyed hashes: name and birth date, telephone and name, and the like.
CREATE TABLE likeness (
  key    BLOB NOT NULL,
  worker TEXT NOT NULL,
  PRIMARY KEY (key, worker)
) STRICT, WITHOUT ROWID;
CREATE INDEX likeness_worker ON likeness (worker);

-- How far the records of before this have been looked through.
CREATE TABLE likeness_fill (
  position TEXT NOT NULL,
  done     INTEGER NOT NULL
) STRICT;
INSERT INTO likeness_fill (position, done) VALUES ('', 0);

-- Two records that are likely one person's, and what was decided.
CREATE TABLE likely_double (
  id          TEXT PRIMARY KEY,
  first_id    TEXT NOT NULL,
  second_id   TEXT NOT NULL,
  grounds     TEXT NOT NULL,
  state       TEXT NOT NULL,
  found_at    INTEGER NOT NULL,
  decided_by  TEXT NOT NULL,
  decided_at  INTEGER NOT NULL,
  reason_code TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX likely_double_pair ON likely_double (first_id, second_id);
CREATE INDEX likely_double_second ON likely_double (second_id);
CREATE INDEX likely_double_state ON likely_double (state, id);
