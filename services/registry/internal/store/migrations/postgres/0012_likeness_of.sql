-- +goose Up
-- A record's likenesses are noted beside it, in the place of an index by record; and those by number name the whole name.
-- Those of before are kept anew, by the tasks that look through records of before.
DROP INDEX likeness_worker;
DELETE FROM likeness;
UPDATE likeness_fill SET position = '', done = 0;
CREATE TABLE likeness_of (
  worker TEXT  PRIMARY KEY,
  keys   BYTEA NOT NULL
);
