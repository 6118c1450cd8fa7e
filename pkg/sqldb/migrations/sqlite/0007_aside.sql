-- +goose Up
-- Events that neither the bus nor an answer can carry, and what an officer
-- decided: '' not yet, released (carried without what makes it too large) or given_up.
CREATE TABLE set_aside (
  channel    TEXT    NOT NULL,
  seq        INTEGER NOT NULL,
  epoch      INTEGER NOT NULL,
  id         TEXT    NOT NULL,
  type       TEXT    NOT NULL,
  code       TEXT    NOT NULL,
  size       INTEGER NOT NULL,
  found_at   INTEGER NOT NULL,
  decision   TEXT    NOT NULL CHECK (decision IN ('', 'released', 'given_up')),
  officer    TEXT    NOT NULL,
  reason     TEXT    NOT NULL,
  decided_at INTEGER NOT NULL,
  signature  BLOB    NOT NULL,
  PRIMARY KEY (channel, seq)
) STRICT;

-- Messages that lie in a channel's stream and that its publisher did not write.
CREATE TABLE forged (
  channel    TEXT    NOT NULL,
  stream_seq INTEGER NOT NULL,
  created    INTEGER NOT NULL,
  found_at   INTEGER NOT NULL,
  officer    TEXT    NOT NULL,
  reason     TEXT    NOT NULL,
  removed_at INTEGER NOT NULL,
  PRIMARY KEY (channel, created, stream_seq)
) STRICT;
