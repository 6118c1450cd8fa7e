-- +goose Up
-- What a reader has read of a channel lately: for each event from first to last
-- eight bytes of the chain's hash and the sixteen of its id. Where a publisher
-- was restored to the past, they tell where the two histories part.
CREATE TABLE cursor_mark (
  channel TEXT NOT NULL,
  last    INTEGER NOT NULL,
  first   INTEGER NOT NULL,
  marks   BLOB NOT NULL,
  PRIMARY KEY (channel, last)
) STRICT;

-- Events that an officer took back from the stream after a restore, and why.
CREATE TABLE taken_back (
  channel  TEXT NOT NULL,
  epoch    INTEGER NOT NULL,
  first    INTEGER NOT NULL,
  last     INTEGER NOT NULL,
  reason   TEXT NOT NULL,
  officer  TEXT NOT NULL,
  taken_at INTEGER NOT NULL,
  PRIMARY KEY (channel, first)
) STRICT;
