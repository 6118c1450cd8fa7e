-- +goose Up
-- Who gave a number, found by its keyed hash: since when, and through which channel.
-- One whose contact was changed since does not stand until it is looked at again.
CREATE TABLE telephone (
  worker       TEXT PRIMARY KEY,
  number_index BYTEA NOT NULL,
  via          TEXT NOT NULL,
  since_at     BIGINT NOT NULL,
  stands       BIGINT NOT NULL
);
CREATE INDEX telephone_number ON telephone (number_index);

-- How far the records of before this have been looked through.
CREATE TABLE telephone_fill (
  position TEXT NOT NULL,
  done     BIGINT NOT NULL
);
INSERT INTO telephone_fill (position, done) VALUES ('', 0);

-- What a telephone would show, where people are invented.
CREATE TABLE sent_message (
  id      TEXT PRIMARY KEY,
  content BYTEA NOT NULL,
  sent_at BIGINT NOT NULL
);
