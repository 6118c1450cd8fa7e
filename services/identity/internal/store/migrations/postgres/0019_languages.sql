-- +goose Up
-- In which language somebody reads, and which texts a speaker of their language approved.
ALTER TABLE login_account ADD COLUMN language TEXT NOT NULL DEFAULT '';
CREATE TABLE text_approval (
  id                    TEXT PRIMARY KEY,
  language              TEXT NOT NULL,
  file                  TEXT NOT NULL,
  version               TEXT NOT NULL,
  speaker               BYTEA NOT NULL,
  qualification         TEXT NOT NULL,
  entered_by            TEXT NOT NULL,
  entered_staff         TEXT NOT NULL,
  entered_at            BIGINT NOT NULL,
  demonstration         BIGINT NOT NULL,
  withdrawn_by          TEXT NOT NULL,
  withdrawn_staff       TEXT NOT NULL,
  withdrawn_at          BIGINT NOT NULL,
  withdrawn_reason_code TEXT NOT NULL
);
CREATE UNIQUE INDEX text_approval_stands ON text_approval (language, file, version) WHERE withdrawn_at = 0;
CREATE INDEX text_approval_language ON text_approval (language, id);
