-- +goose Up
CREATE TABLE duty (
  id           TEXT    PRIMARY KEY,
  hire_id      TEXT    NOT NULL UNIQUE,
  worker       TEXT    NOT NULL,
  employer_id  TEXT    NOT NULL,
  division     TEXT    NOT NULL,
  state        TEXT    NOT NULL,
  due_on       TEXT    NOT NULL,
  enrolment_id TEXT    NOT NULL,
  version      BIGINT NOT NULL
);
CREATE INDEX duty_worker ON duty (worker);

CREATE TABLE cover (
  id         TEXT    PRIMARY KEY,
  duty_id    TEXT    NOT NULL REFERENCES duty (id),
  hire_id    TEXT    NOT NULL UNIQUE,
  worker     TEXT    NOT NULL,
  division   TEXT    NOT NULL,
  schemes    TEXT    NOT NULL,
  from_month TEXT    NOT NULL,
  last_month TEXT    NOT NULL,
  months     BIGINT NOT NULL,
  active     BIGINT NOT NULL,
  version    BIGINT NOT NULL
);
CREATE INDEX cover_worker ON cover (worker);

CREATE TABLE credited_month (
  enrolment_id TEXT NOT NULL REFERENCES cover (id),
  month        TEXT NOT NULL,
  PRIMARY KEY (enrolment_id, month)
);
