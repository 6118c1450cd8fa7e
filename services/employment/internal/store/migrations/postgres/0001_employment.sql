-- +goose Up
CREATE TABLE employer (
  id               TEXT    PRIMARY KEY,
  uscc             TEXT    NOT NULL UNIQUE,
  name             TEXT    NOT NULL,
  industry_section TEXT    NOT NULL,
  county           TEXT    NOT NULL,
  phone_sealed     BYTEA   NOT NULL,
  manual_check     BIGINT  NOT NULL,
  version          BIGINT  NOT NULL
);

CREATE TABLE vacancy (
  id           TEXT    PRIMARY KEY,
  employer_id  TEXT    NOT NULL REFERENCES employer (id),
  reference    TEXT    NOT NULL,
  title        TEXT    NOT NULL,
  occupation   TEXT    NOT NULL,
  headcount    BIGINT  NOT NULL,
  wage_min_fen BIGINT  NOT NULL,
  wage_max_fen BIGINT  NOT NULL,
  county       TEXT    NOT NULL,
  season_from  TEXT    NOT NULL,
  season_to    TEXT    NOT NULL,
  housing      BIGINT  NOT NULL,
  meals        BIGINT  NOT NULL,
  requirements TEXT    NOT NULL,
  hazardous    BIGINT  NOT NULL,
  taken        BIGINT  NOT NULL CHECK (taken BETWEEN 0 AND headcount),
  state        TEXT    NOT NULL,
  published_at BIGINT  NOT NULL,
  version      BIGINT  NOT NULL
);
CREATE UNIQUE INDEX vacancy_reference ON vacancy (employer_id, reference) WHERE reference <> '';
CREATE INDEX vacancy_search ON vacancy (state, county, id);

CREATE TABLE profile (
  worker         TEXT    PRIMARY KEY,
  occupation     TEXT    NOT NULL,
  wage_min_fen   BIGINT  NOT NULL,
  education      TEXT    NOT NULL,
  available_from TEXT    NOT NULL,
  needs_housing  BIGINT  NOT NULL,
  closed         BIGINT  NOT NULL,
  version        BIGINT  NOT NULL
);

-- What the profile's history has told of shared certificates; the evidence table holds what is there now.
CREATE TABLE noted_qualification (
  worker         TEXT    NOT NULL REFERENCES profile (worker),
  certificate_id TEXT    NOT NULL,
  occupation     TEXT    NOT NULL,
  since          TEXT    NOT NULL,
  flagged        BIGINT  NOT NULL,
  PRIMARY KEY (worker, certificate_id)
);

CREATE TABLE application (
  id           TEXT    PRIMARY KEY,
  worker       TEXT    NOT NULL,
  vacancy_id   TEXT    NOT NULL REFERENCES vacancy (id),
  employer_id  TEXT    NOT NULL,
  county       TEXT    NOT NULL,
  state        TEXT    NOT NULL,
  offer_id     TEXT    NOT NULL,
  submitted_at BIGINT  NOT NULL,
  version      BIGINT  NOT NULL
);
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
  wage_fen       BIGINT  NOT NULL,
  start_on       TEXT    NOT NULL,
  end_on         TEXT    NOT NULL,
  state          TEXT    NOT NULL,
  answer_days    BIGINT  NOT NULL,
  made_at        BIGINT  NOT NULL,
  answer_by      BIGINT  NOT NULL,
  accepted_at    BIGINT  NOT NULL CHECK (accepted_at = 0 OR accepted_at > made_at),
  in_person      BIGINT  NOT NULL,
  hire_id        TEXT    NOT NULL,
  version        BIGINT  NOT NULL
);
CREATE INDEX offer_worker ON offer (worker);

CREATE TABLE hire (
  id           TEXT    PRIMARY KEY,
  worker       TEXT    NOT NULL,
  employer_id  TEXT    NOT NULL REFERENCES employer (id),
  offer_id     TEXT    NOT NULL,
  occupation   TEXT    NOT NULL,
  county       TEXT    NOT NULL,
  hazardous    BIGINT  NOT NULL,
  start_on     TEXT    NOT NULL,
  end_on       TEXT    NOT NULL,
  wage_fen     BIGINT  NOT NULL,
  basis        TEXT    NOT NULL,
  confirmed    BIGINT  NOT NULL,
  state        TEXT    NOT NULL,
  ended_on     TEXT    NOT NULL,
  ground       TEXT    NOT NULL,
  fact_version BIGINT  NOT NULL,
  version      BIGINT  NOT NULL
);
CREATE INDEX hire_worker ON hire (worker);
CREATE UNIQUE INDEX hire_stated_once ON hire (worker, employer_id) WHERE state = 'employer_says';
