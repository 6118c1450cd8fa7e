-- +goose Up
-- Which references were said to stand for one person, and which of these joins were undone.
CREATE TABLE person_join (
  id      TEXT    PRIMARY KEY,
  alias   TEXT    NOT NULL,
  remains TEXT    NOT NULL,
  parted  INTEGER NOT NULL
) STRICT;
CREATE INDEX person_join_alias ON person_join (alias);
CREATE INDEX person_join_remains ON person_join (remains);

-- What the standing joins come to: each reference with every other of its person.
CREATE TABLE same (
  worker TEXT NOT NULL,
  other  TEXT NOT NULL,
  PRIMARY KEY (worker, other)
) STRICT, WITHOUT ROWID;

-- The reference that answers for a person, of those that are not it.
CREATE TABLE remaining (
  worker    TEXT PRIMARY KEY,
  reference TEXT NOT NULL
) STRICT;

-- What was assigned by hand, when two persons were parted, to another reference
-- than the one that it was recorded under.
CREATE TABLE assigned (
  aggregate TEXT    PRIMARY KEY,
  worker    TEXT    NOT NULL,
  at        INTEGER NOT NULL
) STRICT;

-- How often any of this changed, for what is kept in memory.
CREATE TABLE person_change (
  id      INTEGER PRIMARY KEY CHECK (id = 1),
  changes INTEGER NOT NULL
) STRICT;
INSERT INTO person_change (id, changes) VALUES (1, 0);

-- Two things of the department that a join found to be one person's, until an
-- officer has settled which holds.
CREATE TABLE collision (
  id         TEXT    PRIMARY KEY,
  join_id    TEXT    NOT NULL,
  kind       TEXT    NOT NULL,
  worker     TEXT    NOT NULL,
  first_id   TEXT    NOT NULL,
  second_id  TEXT    NOT NULL,
  division   TEXT    NOT NULL,
  state      TEXT    NOT NULL CHECK (state IN ('open', 'settled', 'void')),
  found_at   INTEGER NOT NULL,
  officer    TEXT    NOT NULL,
  note       TEXT    NOT NULL,
  settled_at INTEGER NOT NULL,
  UNIQUE (join_id, kind, first_id, second_id)
) STRICT;
CREATE INDEX collision_open ON collision (division, found_at) WHERE state = 'open';
