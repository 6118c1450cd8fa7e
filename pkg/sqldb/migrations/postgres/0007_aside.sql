-- +goose Up
-- Events that neither the bus nor an answer can carry, and what an officer
-- decided: '' not yet, released (carried without what makes it too large) or given_up.
CREATE TABLE set_aside (
  channel    TEXT    NOT NULL,
  seq        BIGINT  NOT NULL,
  epoch      BIGINT  NOT NULL,
  id         TEXT    NOT NULL,
  type       TEXT    NOT NULL,
  code       TEXT    NOT NULL,
  size       BIGINT  NOT NULL,
  found_at   BIGINT  NOT NULL,
  decision   TEXT    NOT NULL CHECK (decision IN ('', 'released', 'given_up')),
  officer    TEXT    NOT NULL,
  reason     TEXT    NOT NULL,
  decided_at BIGINT  NOT NULL,
  signature  BYTEA   NOT NULL,
  PRIMARY KEY (channel, seq)
);

-- Messages that lie in a channel's stream and that its publisher did not write.
CREATE TABLE forged (
  channel    TEXT    NOT NULL,
  stream_seq BIGINT  NOT NULL,
  created    BIGINT  NOT NULL,
  found_at   BIGINT  NOT NULL,
  officer    TEXT    NOT NULL,
  reason     TEXT    NOT NULL,
  removed_at BIGINT  NOT NULL,
  PRIMARY KEY (channel, created, stream_seq)
);
