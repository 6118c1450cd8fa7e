-- +goose Up
-- The forms of other systems that have no interface, as the office writes them down:
-- each change is a version of its own, and none goes away.
CREATE TABLE elsewhere_form (
  id            TEXT    PRIMARY KEY,
  matter        TEXT    NOT NULL,
  version       BIGINT  NOT NULL,
  system        TEXT    NOT NULL,
  since         TEXT    NOT NULL,
  since_at      BIGINT  NOT NULL, -- when that day begins
  number_column TEXT    NOT NULL,
  officer       TEXT    NOT NULL,
  made_at       BIGINT  NOT NULL,
  UNIQUE (matter, version)
);

CREATE TABLE elsewhere_field (
  form_id    TEXT    NOT NULL,
  place      BIGINT  NOT NULL,
  field      TEXT    NOT NULL,
  label      TEXT    NOT NULL,
  format     TEXT    NOT NULL,
  sheet_column TEXT  NOT NULL,
  PRIMARY KEY (form_id, place)
);

-- Under which number a case stands in the other system. One that was written again
-- stays, and stands no more.
CREATE TABLE elsewhere_entry (
  id          TEXT    PRIMARY KEY,
  matter      TEXT    NOT NULL,
  case_id     TEXT    NOT NULL,
  county      TEXT    NOT NULL,
  version     BIGINT  NOT NULL,
  number      TEXT    NOT NULL,
  reason_code TEXT    NOT NULL,
  officer     TEXT    NOT NULL,
  entered_at  BIGINT  NOT NULL,
  stands      BIGINT  NOT NULL CHECK (stands IN (0, 1))
);
CREATE UNIQUE INDEX elsewhere_entry_case ON elsewhere_entry (matter, case_id) WHERE stands = 1;
CREATE UNIQUE INDEX elsewhere_entry_number ON elsewhere_entry (matter, number) WHERE stands = 1 AND number <> '';
CREATE INDEX elsewhere_entry_all ON elsewhere_entry (matter, case_id, entered_at);
