-- +goose Up
-- What was refused again within a minute, until the minute is over; then it is one line
-- of the audit.
CREATE TABLE denial_again (
  minute  INTEGER NOT NULL,
  kind    TEXT    NOT NULL,
  subject TEXT    NOT NULL,
  service TEXT    NOT NULL,
  method  TEXT    NOT NULL,
  code    TEXT    NOT NULL,
  times   INTEGER NOT NULL,
  PRIMARY KEY (minute, kind, subject, service, method, code)
) STRICT;
ALTER TABLE denial ADD COLUMN times INTEGER NOT NULL DEFAULT 0;

-- What is over is found without reading all.
CREATE INDEX flow_ends ON flow (ends_at);
CREATE INDEX tries_last ON tries (last_at);
CREATE INDEX session_ends ON session (ends_at);
CREATE INDEX visit_began ON visit (began_at);
CREATE INDEX code_ends ON code (ends_at);
CREATE INDEX revocation_at ON revocation (at);
