-- +goose Up
ALTER TABLE employer ADD COLUMN kind TEXT NOT NULL DEFAULT 'firm';
ALTER TABLE employer ADD COLUMN name_sealed BYTEA NOT NULL DEFAULT '';

-- Lists are words apart by blanks; a certificate is its group and its level, apart by a slash.
ALTER TABLE vacancy ADD COLUMN township TEXT NOT NULL DEFAULT '';
ALTER TABLE vacancy ADD COLUMN wage_unit TEXT NOT NULL DEFAULT 'month';
ALTER TABLE vacancy ADD COLUMN shifts TEXT NOT NULL DEFAULT '';
ALTER TABLE vacancy ADD COLUMN hazards TEXT NOT NULL DEFAULT '';
ALTER TABLE vacancy ADD COLUMN certificates TEXT NOT NULL DEFAULT '';
ALTER TABLE vacancy ADD COLUMN schemes TEXT NOT NULL DEFAULT '';
ALTER TABLE vacancy ADD COLUMN household_service BIGINT NOT NULL DEFAULT 0;
ALTER TABLE vacancy ADD COLUMN limits TEXT NOT NULL DEFAULT '';
CREATE INDEX vacancy_employer ON vacancy (employer_id, id);
-- What is open is read newest first, with a county or without: an index that led with the state had all of it sorted for a page.
DROP INDEX vacancy_search;
CREATE INDEX vacancy_search ON vacancy (county, id) WHERE state = 'open';
CREATE INDEX vacancy_open ON vacancy (id) WHERE state = 'open';

ALTER TABLE profile ADD COLUMN available_to TEXT NOT NULL DEFAULT '';
ALTER TABLE profile ADD COLUMN county TEXT NOT NULL DEFAULT '';
ALTER TABLE profile ADD COLUMN township TEXT NOT NULL DEFAULT '';
ALTER TABLE profile ADD COLUMN needs_meals BIGINT NOT NULL DEFAULT 0;
ALTER TABLE profile ADD COLUMN skills TEXT NOT NULL DEFAULT '';
ALTER TABLE profile ADD COLUMN paper_certificates TEXT NOT NULL DEFAULT '';

-- A refused text before a clerk. terms is the post as the employer gave it.
CREATE TABLE review (
  id          TEXT    PRIMARY KEY,
  employer_id TEXT    NOT NULL REFERENCES employer (id),
  county      TEXT    NOT NULL,
  terms       TEXT    NOT NULL,
  digest      TEXT    NOT NULL,
  state       TEXT    NOT NULL,
  rule_id     TEXT    NOT NULL,
  phrase_id   TEXT    NOT NULL,
  words       TEXT    NOT NULL,
  reasons     TEXT    NOT NULL,
  officer     TEXT    NOT NULL,
  reason_code TEXT    NOT NULL,
  reason      TEXT    NOT NULL,
  vacancy_id  TEXT    NOT NULL,
  asked_at    BIGINT NOT NULL,
  decided_at  BIGINT NOT NULL,
  version     BIGINT NOT NULL
);
CREATE UNIQUE INDEX review_waiting_once ON review (employer_id, digest) WHERE state = 'waiting';
CREATE INDEX review_state ON review (state, asked_at);

CREATE TABLE interview (
  id             TEXT    PRIMARY KEY,
  application_id TEXT    NOT NULL REFERENCES application (id),
  vacancy_id     TEXT    NOT NULL,
  employer_id    TEXT    NOT NULL,
  worker         TEXT    NOT NULL,
  county         TEXT    NOT NULL,
  state          TEXT    NOT NULL,
  meet_at        BIGINT NOT NULL,
  way            TEXT    NOT NULL,
  invited_at     BIGINT NOT NULL,
  answered_at    BIGINT NOT NULL,
  version        BIGINT NOT NULL
);
CREATE UNIQUE INDEX interview_once ON interview (application_id) WHERE state IN ('invited', 'accepted');
CREATE INDEX interview_application ON interview (application_id, id);
CREATE INDEX interview_worker ON interview (worker, id);

CREATE TABLE seasonal_need (
  id          TEXT    PRIMARY KEY,
  employer_id TEXT    NOT NULL REFERENCES employer (id),
  month       TEXT    NOT NULL,
  occupation  TEXT    NOT NULL,
  county      TEXT    NOT NULL,
  count       BIGINT NOT NULL,
  reported_at BIGINT NOT NULL,
  version     BIGINT NOT NULL,
  UNIQUE (employer_id, month, occupation, county)
);
CREATE INDEX seasonal_need_month ON seasonal_need (month, occupation, county);
