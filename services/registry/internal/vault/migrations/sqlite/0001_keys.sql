-- +goose Up
-- One wrapped key per person or child. Erasing the row erases all that the key sealed.
CREATE TABLE person_key (
  owner   TEXT    PRIMARY KEY,
  wrapped BLOB    NOT NULL,
  made_at INTEGER NOT NULL
) STRICT;

-- How far the sweep for keys without an owner has come.
CREATE TABLE sweep (
  id       INTEGER PRIMARY KEY CHECK (id = 1),
  position TEXT    NOT NULL
) STRICT;
INSERT INTO sweep (id, position) VALUES (1, '');
