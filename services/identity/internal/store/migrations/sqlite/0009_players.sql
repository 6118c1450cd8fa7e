-- +goose Up
-- Whom the visitors of a demonstration may play. Where people are real, nobody is.
CREATE TABLE player (
  account TEXT PRIMARY KEY,
  label   TEXT NOT NULL,
  aside   INTEGER NOT NULL,
  place   INTEGER NOT NULL
) STRICT;
