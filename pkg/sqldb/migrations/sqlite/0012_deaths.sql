-- +goose Up
-- The deaths that the registry recorded, and whether each was reversed.
CREATE TABLE deceased (
  id          TEXT    PRIMARY KEY,
  worker      TEXT    NOT NULL,
  recorded_at INTEGER NOT NULL,
  reversed    INTEGER NOT NULL
) STRICT;
CREATE INDEX deceased_worker ON deceased (worker) WHERE reversed = 0;
