-- +goose Up
-- Who looked a document number up, and why; whose it was stands in that person's own log alone.
CREATE TABLE lookup (
  id          TEXT    PRIMARY KEY,
  at          BIGINT NOT NULL,
  officer     TEXT    NOT NULL,
  department  TEXT    NOT NULL,
  division    TEXT    NOT NULL,
  purpose     TEXT    NOT NULL,
  legal_basis TEXT    NOT NULL,
  case_id     TEXT    NOT NULL
);
CREATE INDEX lookup_officer ON lookup (officer, at);

-- A change of contact or county that waits for a second officer; the profile is sealed under the worker's own key.
CREATE TABLE contact_case (
  id              TEXT    PRIMARY KEY,
  worker          TEXT    NOT NULL,
  from_county     TEXT    NOT NULL,
  county          TEXT    NOT NULL,
  languages       TEXT    NOT NULL,
  profile         BYTEA    NOT NULL,
  account_version BIGINT NOT NULL,
  name_differs    BIGINT NOT NULL,
  officer         TEXT    NOT NULL,
  made_at         BIGINT NOT NULL,
  state           TEXT    NOT NULL,
  decided_by      TEXT    NOT NULL,
  decided_at      BIGINT NOT NULL
);
CREATE INDEX contact_case_open ON contact_case (state, made_at);
