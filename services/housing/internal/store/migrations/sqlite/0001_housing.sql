-- +goose Up
CREATE TABLE home (
  id        TEXT    PRIMARY KEY,
  reference TEXT    UNIQUE, -- the importer's own key; NULL where it has none
  county    TEXT    NOT NULL,
  estate    TEXT    NOT NULL,
  number    TEXT    NOT NULL,
  layout    TEXT    NOT NULL,
  area_dm2  INTEGER NOT NULL,
  rent_fen  INTEGER NOT NULL,
  kind      TEXT    NOT NULL,
  state     TEXT    NOT NULL,
  version   INTEGER NOT NULL,
  UNIQUE (county, estate, number)
) STRICT;
CREATE INDEX home_free ON home (county, id) WHERE state = 'free';

CREATE TABLE application (
  id                    TEXT    PRIMARY KEY,
  worker                TEXT    NOT NULL,
  county                TEXT    NOT NULL,
  kind                  TEXT    NOT NULL,
  household_size        INTEGER NOT NULL,
  declares_no_home      INTEGER NOT NULL,
  declares_income_below INTEGER NOT NULL,
  state                 TEXT    NOT NULL,
  reopened              INTEGER NOT NULL,
  refusal_code          TEXT    NOT NULL,
  reasons               TEXT    NOT NULL, -- JSON: the rules as they were applied
  offer_id              TEXT    NOT NULL,
  submitted_at          INTEGER NOT NULL,
  version               INTEGER NOT NULL
) STRICT;
CREATE INDEX application_worker ON application (worker);
-- One open application of a worker for a kind of home in a county.
CREATE UNIQUE INDEX application_open ON application (worker, county, kind)
  WHERE state IN ('submitted', 'eligible', 'refused', 'offered', 'accepted');

CREATE TABLE offer (
  id             TEXT    PRIMARY KEY,
  application_id TEXT    NOT NULL REFERENCES application (id),
  home_id        TEXT    NOT NULL REFERENCES home (id),
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
-- A home is held for one offer at a time, and an application holds one.
CREATE UNIQUE INDEX offer_home_held ON offer (home_id) WHERE state IN ('open', 'accepted');
CREATE UNIQUE INDEX offer_application_held ON offer (application_id) WHERE state IN ('open', 'accepted');

CREATE TABLE lease (
  id             TEXT    PRIMARY KEY,
  offer_id       TEXT    NOT NULL UNIQUE REFERENCES offer (id),
  application_id TEXT    NOT NULL REFERENCES application (id),
  home_id        TEXT    NOT NULL REFERENCES home (id),
  worker         TEXT    NOT NULL,
  county         TEXT    NOT NULL,
  starts_on      TEXT    NOT NULL,
  ends_on        TEXT    NOT NULL,
  rent_fen       INTEGER NOT NULL,
  version        INTEGER NOT NULL
) STRICT;
CREATE INDEX lease_worker ON lease (worker);
