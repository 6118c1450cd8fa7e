-- +goose Up
-- What a reader has read of a channel lately: for each event from first to last
-- eight bytes of the chain's hash and the sixteen of its id. Where a publisher
-- was restored to the past, they tell where the two histories part.
CREATE TABLE cursor_mark (
  channel TEXT NOT NULL,
  last    BIGINT NOT NULL,
  first   BIGINT NOT NULL,
  marks   BYTEA NOT NULL,
  PRIMARY KEY (channel, last)
);

-- Events that an officer took back from the stream after a restore, and why.
CREATE TABLE taken_back (
  channel  TEXT NOT NULL,
  epoch    BIGINT NOT NULL,
  first    BIGINT NOT NULL,
  last     BIGINT NOT NULL,
  reason   TEXT NOT NULL,
  officer  TEXT NOT NULL,
  taken_at BIGINT NOT NULL,
  PRIMARY KEY (channel, first)
);
