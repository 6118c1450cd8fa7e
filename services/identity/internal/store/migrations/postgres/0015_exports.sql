-- +goose Up
-- Lists that officers took out as files.
CREATE TABLE export (
  id         TEXT PRIMARY KEY,
  account    TEXT NOT NULL,
  staff      TEXT NOT NULL,
  kind       TEXT NOT NULL,
  list       TEXT NOT NULL,
  asked_at   BIGINT NOT NULL,
  state      TEXT NOT NULL,
  written    BIGINT NOT NULL,
  changed_at BIGINT NOT NULL
);
CREATE INDEX export_account ON export (account, id);
