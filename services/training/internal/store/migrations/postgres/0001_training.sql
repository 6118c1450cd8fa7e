-- +goose Up
CREATE TABLE course (
  id            TEXT    PRIMARY KEY,
  provider      TEXT    NOT NULL,
  reference     TEXT    NOT NULL,
  title         TEXT    NOT NULL,
  occupation    TEXT    NOT NULL,
  level         TEXT    NOT NULL,
  hours         BIGINT  NOT NULL,
  places        BIGINT  NOT NULL,
  starts_on     TEXT    NOT NULL,
  kind          TEXT    NOT NULL,
  employer_uscc TEXT    NOT NULL,
  subsidy_fen   BIGINT  NOT NULL,
  county        TEXT    NOT NULL,
  taken         BIGINT  NOT NULL,
  waiting       BIGINT  NOT NULL,
  last_number   BIGINT  NOT NULL,
  version       BIGINT  NOT NULL,
  CHECK (taken BETWEEN 0 AND places),
  UNIQUE (provider, reference)
);
CREATE INDEX course_start ON course (starts_on, id);

CREATE TABLE enrolment (
  id        TEXT    PRIMARY KEY,
  course_id TEXT    NOT NULL REFERENCES course (id),
  worker    TEXT    NOT NULL,
  division  TEXT    NOT NULL,
  state     TEXT    NOT NULL,
  number    BIGINT  NOT NULL,
  version   BIGINT  NOT NULL
);
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
  version      BIGINT  NOT NULL
);
CREATE INDEX certificate_worker ON certificate (worker);

CREATE TABLE due_training (
  id         TEXT    PRIMARY KEY,
  hire_id    TEXT    NOT NULL UNIQUE,
  worker     TEXT    NOT NULL,
  division   TEXT    NOT NULL,
  occupation TEXT    NOT NULL,
  state      TEXT    NOT NULL,
  version    BIGINT  NOT NULL
);
CREATE INDEX due_training_worker ON due_training (worker);
