-- +goose Up
-- What officers call the lists of work that they come back to, a row an officer.
CREATE TABLE work_view (
  account    TEXT PRIMARY KEY,
  views      TEXT NOT NULL,
  dropped    TEXT NOT NULL,
  dropped_at BIGINT NOT NULL
);
