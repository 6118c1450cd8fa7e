-- +goose Up
CREATE TABLE fair (
  id             TEXT    PRIMARY KEY,
  campaign       TEXT    NOT NULL,
  division       TEXT    NOT NULL,
  starts_on      TEXT    NOT NULL,
  ends_on        TEXT    NOT NULL,
  closes_on      TEXT    NOT NULL,
  match_on       TEXT    NOT NULL,
  tie            TEXT    NOT NULL,
  figure_name    TEXT    NOT NULL,
  state          TEXT    NOT NULL,
  root           TEXT    NOT NULL,
  entry_count    INTEGER NOT NULL,
  closed_at      INTEGER NOT NULL,
  figure         TEXT    NOT NULL,
  first_officer  TEXT    NOT NULL,
  second_officer TEXT    NOT NULL CHECK (second_officer = '' OR second_officer <> first_officer),
  seed           TEXT    NOT NULL,
  pass           INTEGER NOT NULL,
  version        INTEGER NOT NULL
) STRICT;

CREATE TABLE fair_post (
  id          TEXT    PRIMARY KEY,
  fair_id     TEXT    NOT NULL REFERENCES fair (id),
  vacancy_id  TEXT    NOT NULL REFERENCES vacancy (id),
  employer_id TEXT    NOT NULL,
  county      TEXT    NOT NULL,
  seats       INTEGER NOT NULL,
  taken       INTEGER NOT NULL CHECK (taken BETWEEN 0 AND seats),
  version     INTEGER NOT NULL,
  UNIQUE (fair_id, vacancy_id)
) STRICT;

-- The outcome is what the worker's reasons are made of; the ticket is known to the worker alone.
CREATE TABLE fair_application (
  id           TEXT    PRIMARY KEY,
  fair_id      TEXT    NOT NULL REFERENCES fair (id),
  worker       TEXT    NOT NULL,
  division     TEXT    NOT NULL,
  withdrawn    INTEGER NOT NULL,
  listed       INTEGER NOT NULL,
  ticket       TEXT    NOT NULL,
  word         BLOB    NOT NULL,
  outcome      TEXT    NOT NULL,
  submitted_at INTEGER NOT NULL,
  version      INTEGER NOT NULL,
  UNIQUE (worker, fair_id)
) STRICT;
CREATE UNIQUE INDEX fair_application_ticket ON fair_application (fair_id, ticket);

-- A wish with the class that the employer gave it; 0 is not ranked.
CREATE TABLE fair_wish (
  application_id TEXT    NOT NULL REFERENCES fair_application (id),
  vacancy_id     TEXT    NOT NULL,
  fair_id        TEXT    NOT NULL,
  wish           INTEGER NOT NULL,
  class          INTEGER NOT NULL,
  seen           INTEGER NOT NULL,
  PRIMARY KEY (application_id, vacancy_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX fair_wish_post ON fair_wish (fair_id, vacancy_id);

CREATE TABLE fair_proposal (
  id             TEXT    PRIMARY KEY,
  application_id TEXT    NOT NULL REFERENCES fair_application (id),
  fair_id        TEXT    NOT NULL,
  post_id        TEXT    NOT NULL,
  vacancy_id     TEXT    NOT NULL,
  employer_id    TEXT    NOT NULL,
  worker         TEXT    NOT NULL,
  county         TEXT    NOT NULL,
  wish           INTEGER NOT NULL,
  pass           INTEGER NOT NULL,
  state          TEXT    NOT NULL,
  answer_days    INTEGER NOT NULL,
  made_at        INTEGER NOT NULL,
  answer_by      INTEGER NOT NULL,
  accepted_at    INTEGER NOT NULL CHECK (accepted_at = 0 OR accepted_at > made_at),
  in_person      INTEGER NOT NULL,
  job_id         TEXT    NOT NULL,
  reason_code    TEXT    NOT NULL,
  ended_at       INTEGER NOT NULL,
  version        INTEGER NOT NULL
) STRICT;
CREATE INDEX fair_proposal_application ON fair_proposal (application_id, pass);
CREATE INDEX fair_proposal_post ON fair_proposal (fair_id, vacancy_id);
CREATE INDEX fair_proposal_job ON fair_proposal (job_id) WHERE job_id <> '';

-- The published bundle of a draw, in parts.
CREATE TABLE fair_bundle (
  fair_id TEXT    NOT NULL REFERENCES fair (id),
  part    INTEGER NOT NULL,
  data    BLOB    NOT NULL,
  PRIMARY KEY (fair_id, part)
) STRICT;

CREATE TABLE adviser_slot (
  id         TEXT    PRIMARY KEY,
  county     TEXT    NOT NULL,
  day        TEXT    NOT NULL,
  minute     INTEGER NOT NULL,
  minutes    INTEGER NOT NULL,
  adviser    TEXT    NOT NULL,
  booking_id TEXT    NOT NULL,
  version    INTEGER NOT NULL,
  UNIQUE (adviser, day, minute)
) STRICT;
CREATE INDEX adviser_slot_county ON adviser_slot (county, day, minute);

CREATE TABLE adviser_booking (
  id        TEXT    PRIMARY KEY,
  slot_id   TEXT    NOT NULL REFERENCES adviser_slot (id),
  worker    TEXT    NOT NULL,
  topic     TEXT    NOT NULL,
  cancelled INTEGER NOT NULL,
  at        INTEGER NOT NULL,
  version   INTEGER NOT NULL
) STRICT;
CREATE INDEX adviser_booking_worker ON adviser_booking (worker);
CREATE UNIQUE INDEX adviser_booking_once ON adviser_booking (slot_id) WHERE cancelled = 0;

CREATE TABLE loan_request (
  id             TEXT    PRIMARY KEY,
  worker         TEXT    NOT NULL,
  county         TEXT    NOT NULL,
  bank_code      TEXT    NOT NULL,
  amount_fen     INTEGER NOT NULL,
  years          INTEGER NOT NULL,
  notice_version TEXT    NOT NULL,
  withdrawn      INTEGER NOT NULL,
  at             INTEGER NOT NULL,
  version        INTEGER NOT NULL
) STRICT;
CREATE INDEX loan_request_worker ON loan_request (worker);

CREATE TABLE premises (
  id       TEXT    PRIMARY KEY,
  county   TEXT    NOT NULL,
  kind     TEXT    NOT NULL,
  title    TEXT    NOT NULL,
  area_dm2 INTEGER NOT NULL,
  rent_fen INTEGER NOT NULL,
  version  INTEGER NOT NULL
) STRICT;
CREATE INDEX premises_county ON premises (county);

CREATE TABLE premises_request (
  id        TEXT    PRIMARY KEY,
  site_id   TEXT    NOT NULL REFERENCES premises (id),
  worker    TEXT    NOT NULL,
  withdrawn INTEGER NOT NULL,
  at        INTEGER NOT NULL,
  version   INTEGER NOT NULL
) STRICT;
CREATE INDEX premises_request_worker ON premises_request (worker);
CREATE UNIQUE INDEX premises_request_once ON premises_request (worker, site_id) WHERE withdrawn = 0;
