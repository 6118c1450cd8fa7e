-- +goose Up
CREATE TABLE school (
  id        TEXT    PRIMARY KEY,
  reference TEXT    NOT NULL,
  title     TEXT    NOT NULL,
  kind      TEXT    NOT NULL,
  county    TEXT    NOT NULL,
  township  TEXT    NOT NULL,
  stage     TEXT    NOT NULL,
  places    INTEGER NOT NULL,
  version   INTEGER NOT NULL,
  UNIQUE (county, title, stage)
) STRICT;
CREATE UNIQUE INDEX school_reference ON school (reference) WHERE reference <> '';

CREATE TABLE application (
  id           TEXT    PRIMARY KEY,
  child_id     TEXT    NOT NULL,
  worker       TEXT    NOT NULL,
  stage        TEXT    NOT NULL,
  county       TEXT    NOT NULL,
  school_ids   TEXT    NOT NULL,
  state        TEXT    NOT NULL,
  offer_id     TEXT    NOT NULL,
  submitted_at INTEGER NOT NULL,
  version      INTEGER NOT NULL
) STRICT;
CREATE INDEX application_worker ON application (worker);
CREATE INDEX application_child ON application (child_id, stage);
CREATE UNIQUE INDEX application_once ON application (child_id, stage) WHERE state <> 'withdrawn';

CREATE TABLE offer (
  id             TEXT    PRIMARY KEY,
  application_id TEXT    NOT NULL REFERENCES application (id),
  school_id      TEXT    NOT NULL REFERENCES school (id),
  worker         TEXT    NOT NULL,
  county         TEXT    NOT NULL,
  state          TEXT    NOT NULL,
  answer_days    INTEGER NOT NULL,
  offered_at     INTEGER NOT NULL,
  answer_by      INTEGER NOT NULL,
  accepted_at    INTEGER NOT NULL,
  in_person      INTEGER NOT NULL,
  version        INTEGER NOT NULL
) STRICT;
-- An offer takes a place while it is open or accepted; an application has one such offer.
CREATE INDEX offer_school ON offer (school_id) WHERE state IN ('open', 'accepted');
CREATE UNIQUE INDEX offer_application ON offer (application_id) WHERE state IN ('open', 'accepted');
