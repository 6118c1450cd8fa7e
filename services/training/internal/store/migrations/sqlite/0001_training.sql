-- +goose Up
CREATE TABLE course (
  id            TEXT    PRIMARY KEY,
  provider      TEXT    NOT NULL,
  reference     TEXT    NOT NULL,
  title         TEXT    NOT NULL,
  occupation    TEXT    NOT NULL,
  level         TEXT    NOT NULL,
  hours         INTEGER NOT NULL,
  places        INTEGER NOT NULL,
  starts_on     TEXT    NOT NULL,
  kind          TEXT    NOT NULL,
  employer_uscc TEXT    NOT NULL,
  subsidy_fen   INTEGER NOT NULL,
  county        TEXT    NOT NULL,
  taken         INTEGER NOT NULL,
  waiting       INTEGER NOT NULL,
  last_number   INTEGER NOT NULL,
  version       INTEGER NOT NULL,
  CHECK (taken BETWEEN 0 AND places),
  UNIQUE (provider, reference)
) STRICT;
CREATE INDEX course_start ON course (starts_on, id);

CREATE TABLE enrolment (
  id        TEXT    PRIMARY KEY,
  course_id TEXT    NOT NULL REFERENCES course (id),
  worker    TEXT    NOT NULL,
  division  TEXT    NOT NULL,
  state     TEXT    NOT NULL,
  number    INTEGER NOT NULL,
  version   INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX enrolment_once ON enrolment (course_id, worker) WHERE state <> 'dropped';
CREATE INDEX enrolment_waiting ON enrolment (course_id, number) WHERE state = 'waiting';
CREATE INDEX enrolment_worker ON enrolment (worker);

CREATE TABLE certificate (
  id           TEXT    PRIMARY KEY,
  enrolment_id TEXT    NOT NULL UNIQUE REFERENCES enrolment (id),
  worker       TEXT    NOT NULL,
  division     TEXT    NOT NULL,
  kind         TEXT    NOT NULL,
  occupation   TEXT    NOT NULL,
  level        TEXT    NOT NULL,
  issued_on    TEXT    NOT NULL,
  version      INTEGER NOT NULL
) STRICT;
CREATE INDEX certificate_worker ON certificate (worker);

CREATE TABLE due_training (
  id         TEXT    PRIMARY KEY,
  hire_id    TEXT    NOT NULL UNIQUE,
  worker     TEXT    NOT NULL,
  division   TEXT    NOT NULL,
  occupation TEXT    NOT NULL,
  state      TEXT    NOT NULL,
  version    INTEGER NOT NULL
) STRICT;
CREATE INDEX due_training_worker ON due_training (worker);
