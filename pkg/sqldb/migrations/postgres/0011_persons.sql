-- +goose Up
-- Which references were said to stand for one person, and which of these joins were undone.
CREATE TABLE person_join (
  id      TEXT    PRIMARY KEY,
  alias   TEXT    NOT NULL,
  remains TEXT    NOT NULL,
  parted  BIGINT  NOT NULL
);
CREATE INDEX person_join_alias ON person_join (alias);
CREATE INDEX person_join_remains ON person_join (remains);

-- What the standing joins come to: each reference with every other of its person.
CREATE TABLE same (
  worker TEXT NOT NULL,
  other  TEXT NOT NULL,
  PRIMARY KEY (worker, other)
);

-- The reference that answers for a person, of those that are not it.
CREATE TABLE remaining (
  worker    TEXT PRIMARY KEY,
  reference TEXT NOT NULL
);

-- What was assigned by hand, when two persons were parted, to another reference
-- than the one that it was recorded under.
CREATE TABLE assigned (
  aggregate TEXT    PRIMARY KEY,
  worker    TEXT    NOT NULL,
  at        BIGINT  NOT NULL
);

-- How often any of this changed, for what is kept in memory.
CREATE TABLE person_change (
  id      BIGINT  PRIMARY KEY CHECK (id = 1),
  changes BIGINT  NOT NULL
);
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
  found_at   BIGINT  NOT NULL,
  officer    TEXT    NOT NULL,
  note       TEXT    NOT NULL,
  settled_at BIGINT  NOT NULL,
  UNIQUE (join_id, kind, first_id, second_id)
);
CREATE INDEX collision_open ON collision (division, found_at) WHERE state = 'open';

-- Locks a name by the least reference of a person, in one round trip: each
-- statement of a function sees what was committed before it, so that the class is
-- read after no join can change it any more.
CREATE FUNCTION person_lock(what TEXT, whose TEXT) RETURNS void LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  first TEXT;
BEGIN
  PERFORM pg_advisory_xact_lock_shared(hashtextextended(current_schema() || '.persons', 0));
  SELECT LEAST(whose, min(s.other)) INTO first FROM same s WHERE s.worker = whose;
  PERFORM pg_advisory_xact_lock(hashtextextended(what || ' ' || first, 0));
END
$$;
