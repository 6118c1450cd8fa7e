-- +goose Up
-- Lists that officers took out as files.
CREATE TABLE export (
  id         TEXT PRIMARY KEY,
  account    TEXT NOT NULL,
  staff      TEXT NOT NULL,
  kind       TEXT NOT NULL,
  list       TEXT NOT NULL,
  asked_at   INTEGER NOT NULL,
  state      TEXT NOT NULL,
  written    INTEGER NOT NULL,
  changed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX export_account ON export (account, id);
