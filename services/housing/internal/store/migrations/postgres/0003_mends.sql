-- +goose Up
ALTER TABLE round ADD COLUMN reason_code TEXT NOT NULL DEFAULT '';
ALTER TABLE round ADD COLUMN pass BIGINT NOT NULL DEFAULT 0;
UPDATE round SET pass = 1 WHERE seed <> '';

-- Applications of a list that may be one household; only a person decides.
CREATE TABLE list_double (
  id                   TEXT PRIMARY KEY,
  county               TEXT NOT NULL,
  kind                 TEXT NOT NULL,
  application_id       TEXT NOT NULL REFERENCES application (id),
  other_application_id TEXT NOT NULL REFERENCES application (id),
  grounds              TEXT NOT NULL,
  state                TEXT NOT NULL,
  withdrawn_id         TEXT NOT NULL,
  reason_code          TEXT NOT NULL,
  decided_by           TEXT NOT NULL,
  decided_at           BIGINT NOT NULL,
  version              BIGINT NOT NULL,
  UNIQUE (application_id, other_application_id)
);
CREATE INDEX list_double_list ON list_double (county, kind);

CREATE TABLE round_correction (
  id          TEXT PRIMARY KEY,
  round_id    TEXT NOT NULL REFERENCES round (id),
  county      TEXT NOT NULL,
  number      BIGINT NOT NULL,
  reason_code TEXT NOT NULL,
  state       TEXT NOT NULL,
  figure      TEXT NOT NULL,
  mends       TEXT NOT NULL,
  wronged     BIGINT NOT NULL,
  proposed_by TEXT NOT NULL,
  decided_by  TEXT NOT NULL,
  proposed_at BIGINT NOT NULL,
  decided_at  BIGINT NOT NULL,
  version     BIGINT NOT NULL,
  UNIQUE (round_id, number)
);

-- Who stands first in a list because a fault of a round wronged it.
CREATE TABLE relief (
  id             TEXT PRIMARY KEY,
  round_id       TEXT NOT NULL REFERENCES round (id),
  application_id TEXT NOT NULL REFERENCES application (id),
  worker         TEXT NOT NULL,
  county         TEXT NOT NULL,
  kind           TEXT NOT NULL,
  state          TEXT NOT NULL,
  due_on         TEXT NOT NULL,
  version        BIGINT NOT NULL
);
CREATE INDEX relief_open ON relief (county) WHERE state = 'open';
CREATE INDEX relief_application ON relief (application_id) WHERE state = 'open';
