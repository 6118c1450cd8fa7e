-- +goose Up
CREATE TABLE employer (
  id               TEXT    PRIMARY KEY,
  uscc             TEXT    NOT NULL UNIQUE,
  name             TEXT    NOT NULL,
  industry_section TEXT    NOT NULL,
  county           TEXT    NOT NULL,
  phone_sealed     BLOB    NOT NULL,
  manual_check     INTEGER NOT NULL,
  version          INTEGER NOT NULL
) STRICT;

CREATE TABLE vacancy (
  id           TEXT    PRIMARY KEY,
  employer_id  TEXT    NOT NULL REFERENCES employer (id),
  reference    TEXT    NOT NULL,
  title        TEXT    NOT NULL,
  occupation   TEXT    NOT NULL,
  headcount    INTEGER NOT NULL,
  wage_min_fen INTEGER NOT NULL,
  wage_max_fen INTEGER NOT NULL,
  county       TEXT    NOT NULL,
  season_from  TEXT    NOT NULL,
  season_to    TEXT    NOT NULL,
  housing      INTEGER NOT NULL,
  meals        INTEGER NOT NULL,
  requirements TEXT    NOT NULL,
  hazardous    INTEGER NOT NULL,
  taken        INTEGER NOT NULL CHECK (taken BETWEEN 0 AND headcount),
  state        TEXT    NOT NULL,
  published_at INTEGER NOT NULL,
  version      INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX vacancy_reference ON vacancy (employer_id, reference) WHERE reference <> '';
CREATE INDEX vacancy_search ON vacancy (state, county, id);

CREATE TABLE profile (
  worker         TEXT    PRIMARY KEY,
  occupation     TEXT    NOT NULL,
  wage_min_fen   INTEGER NOT NULL,
  education      TEXT    NOT NULL,
  available_from TEXT    NOT NULL,
  needs_housing  INTEGER NOT NULL,
  closed         INTEGER NOT NULL,
  version        INTEGER NOT NULL
) STRICT;

-- What the profile's history has told of shared certificates; the evidence table holds what is there now.
CREATE TABLE noted_qualification (
  worker         TEXT    NOT NULL REFERENCES profile (worker),
  certificate_id TEXT    NOT NULL,
  occupation     TEXT    NOT NULL,
  since          TEXT    NOT NULL,
  flagged        INTEGER NOT NULL,
  PRIMARY KEY (worker, certificate_id)
) STRICT;

CREATE TABLE application (
  id           TEXT    PRIMARY KEY,
  worker       TEXT    NOT NULL,
  vacancy_id   TEXT    NOT NULL REFERENCES vacancy (id),
  employer_id  TEXT    NOT NULL,
  county       TEXT    NOT NULL,
  state        TEXT    NOT NULL,
  offer_id     TEXT    NOT NULL,
  submitted_at INTEGER NOT NULL,
  version      INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX application_once ON application (worker, vacancy_id) WHERE state <> 'withdrawn';
CREATE INDEX application_worker ON application (worker);
CREATE INDEX application_vacancy ON application (vacancy_id, submitted_at, id);

CREATE TABLE offer (
  id             TEXT    PRIMARY KEY,
  application_id TEXT    NOT NULL REFERENCES application (id),
  vacancy_id     TEXT    NOT NULL,
  employer_id    TEXT    NOT NULL,
  worker         TEXT    NOT NULL,
  county         TEXT    NOT NULL,
  wage_fen       INTEGER NOT NULL,
  start_on       TEXT    NOT NULL,
  end_on         TEXT    NOT NULL,
  state          TEXT    NOT NULL,
  answer_days    INTEGER NOT NULL,
  made_at        INTEGER NOT NULL,
  answer_by      INTEGER NOT NULL,
  accepted_at    INTEGER NOT NULL CHECK (accepted_at = 0 OR accepted_at > made_at),
  in_person      INTEGER NOT NULL,
  hire_id        TEXT    NOT NULL,
  version        INTEGER NOT NULL
) STRICT;
CREATE INDEX offer_worker ON offer (worker);

CREATE TABLE hire (
  id           TEXT    PRIMARY KEY,
  worker       TEXT    NOT NULL,
  employer_id  TEXT    NOT NULL REFERENCES employer (id),
  offer_id     TEXT    NOT NULL,
  occupation   TEXT    NOT NULL,
  county       TEXT    NOT NULL,
  hazardous    INTEGER NOT NULL,
  start_on     TEXT    NOT NULL,
  end_on       TEXT    NOT NULL,
  wage_fen     INTEGER NOT NULL,
  basis        TEXT    NOT NULL,
  confirmed    INTEGER NOT NULL,
  state        TEXT    NOT NULL,
  ended_on     TEXT    NOT NULL,
  ground       TEXT    NOT NULL,
  fact_version INTEGER NOT NULL,
  version      INTEGER NOT NULL
) STRICT;
CREATE INDEX hire_worker ON hire (worker);
CREATE UNIQUE INDEX hire_stated_once ON hire (worker, employer_id) WHERE state = 'employer_says';
