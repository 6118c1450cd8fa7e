-- +goose Up
ALTER TABLE application ADD COLUMN declared_area_dm2 INTEGER NOT NULL DEFAULT 0;
ALTER TABLE application ADD COLUMN request_id TEXT NOT NULL DEFAULT '';
ALTER TABLE application ADD COLUMN false_until TEXT NOT NULL DEFAULT '';
ALTER TABLE application ADD COLUMN word TEXT NOT NULL DEFAULT ''; -- the hash of the applicant's own for the next draw
CREATE INDEX application_waiting ON application (county, kind) WHERE state = 'eligible';
CREATE INDEX application_request ON application (request_id) WHERE request_id <> '';

-- Where an application stood when its list was last published.
CREATE TABLE standing (
  application_id TEXT    PRIMARY KEY REFERENCES application (id),
  county         TEXT    NOT NULL,
  kind           TEXT    NOT NULL,
  position       INTEGER NOT NULL,
  published_on   TEXT    NOT NULL
) STRICT;
CREATE INDEX standing_list ON standing (county, kind);

CREATE TABLE round (
  id           TEXT    PRIMARY KEY,
  county       TEXT    NOT NULL,
  kind         TEXT    NOT NULL,
  state        TEXT    NOT NULL,
  home_ids     TEXT    NOT NULL, -- separated by spaces
  total        INTEGER NOT NULL,
  figure_name  TEXT    NOT NULL,
  figure_due   TEXT    NOT NULL,
  figure       TEXT    NOT NULL,
  officer      TEXT    NOT NULL, -- who entered the figure
  root         TEXT    NOT NULL, -- what was committed before the figure existed
  seed         TEXT    NOT NULL,
  bundle       TEXT    NOT NULL, -- what a draw is checked with; names nobody
  opened_on    TEXT    NOT NULL,
  public_until TEXT    NOT NULL,
  closed_on    TEXT    NOT NULL,
  version      INTEGER NOT NULL
) STRICT;
-- One open round of a list.
CREATE UNIQUE INDEX round_open ON round (county, kind) WHERE state <> 'closed';

CREATE TABLE round_entry (
  round_id       TEXT    NOT NULL REFERENCES round (id),
  application_id TEXT    NOT NULL REFERENCES application (id),
  worker         TEXT    NOT NULL,
  points         INTEGER NOT NULL,
  class          INTEGER NOT NULL,
  ticket         TEXT    NOT NULL,
  word           TEXT    NOT NULL,
  number         TEXT    NOT NULL, -- a whole number of 64 bits
  position       INTEGER NOT NULL,
  offer_id       TEXT    NOT NULL,
  reasons        TEXT    NOT NULL, -- JSON: why nothing was offered
  PRIMARY KEY (round_id, application_id)
) STRICT;
CREATE INDEX round_entry_application ON round_entry (application_id);

ALTER TABLE lease ADD COLUMN kind TEXT NOT NULL DEFAULT '';
ALTER TABLE lease ADD COLUMN left_on TEXT NOT NULL DEFAULT '';
ALTER TABLE lease ADD COLUMN vacant_since TEXT NOT NULL DEFAULT '';
ALTER TABLE lease ADD COLUMN renewal_told TEXT NOT NULL DEFAULT '';
ALTER TABLE lease ADD COLUMN looked_on TEXT NOT NULL DEFAULT '';
UPDATE lease SET kind = (SELECT home.kind FROM home WHERE home.id = lease.home_id);
CREATE INDEX lease_county ON lease (county);

CREATE TABLE payment (
  id         TEXT    PRIMARY KEY,
  lease_id   TEXT    NOT NULL REFERENCES lease (id),
  month      TEXT    NOT NULL,
  amount_fen INTEGER NOT NULL,
  paid_on    TEXT    NOT NULL,
  reference  TEXT    NOT NULL,
  UNIQUE (lease_id, reference)
) STRICT;

CREATE TABLE renewal (
  id       TEXT    PRIMARY KEY,
  lease_id TEXT    NOT NULL REFERENCES lease (id),
  worker   TEXT    NOT NULL,
  county   TEXT    NOT NULL,
  state    TEXT    NOT NULL,
  asked_on TEXT    NOT NULL,
  ends_on  TEXT    NOT NULL,
  reasons  TEXT    NOT NULL,
  version  INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX renewal_open ON renewal (lease_id) WHERE state = 'asked';
CREATE INDEX renewal_lease ON renewal (lease_id);

CREATE TABLE repair (
  id          TEXT    PRIMARY KEY,
  lease_id    TEXT    NOT NULL REFERENCES lease (id),
  worker      TEXT    NOT NULL,
  county      TEXT    NOT NULL,
  what        TEXT    NOT NULL,
  state       TEXT    NOT NULL,
  reported_on TEXT    NOT NULL,
  planned_on  TEXT    NOT NULL,
  done_on     TEXT    NOT NULL,
  version     INTEGER NOT NULL
) STRICT;
CREATE INDEX repair_lease ON repair (lease_id);

CREATE TABLE review (
  id        TEXT    PRIMARY KEY,
  lease_id  TEXT    NOT NULL REFERENCES lease (id),
  worker    TEXT    NOT NULL,
  county    TEXT    NOT NULL,
  ground    TEXT    NOT NULL,
  opened_on TEXT    NOT NULL,
  outcome   TEXT    NOT NULL, -- empty while it is open
  version   INTEGER NOT NULL
) STRICT;
-- A clock asks once until a person looked.
CREATE UNIQUE INDEX review_open ON review (lease_id, ground) WHERE outcome = '';

CREATE TABLE exit (
  id           TEXT    PRIMARY KEY,
  lease_id     TEXT    NOT NULL REFERENCES lease (id),
  worker       TEXT    NOT NULL,
  county       TEXT    NOT NULL,
  ground       TEXT    NOT NULL,
  state        TEXT    NOT NULL,
  noticing_officer TEXT    NOT NULL,
  deciding_officer TEXT    NOT NULL,
  noticed_on   TEXT    NOT NULL,
  answer_days  INTEGER NOT NULL,
  answer_by    INTEGER NOT NULL,
  answer_code  TEXT    NOT NULL,
  leave_by     TEXT    NOT NULL,
  appeal_until TEXT    NOT NULL,
  reasons      TEXT    NOT NULL,
  version      INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX exit_open ON exit (lease_id) WHERE state NOT IN ('stays', 'left');
CREATE INDEX exit_lease ON exit (lease_id);

CREATE TABLE place_request (
  id          TEXT    PRIMARY KEY,
  employer_id TEXT    NOT NULL,
  county      TEXT    NOT NULL,
  asked       INTEGER NOT NULL,
  granted     INTEGER NOT NULL,
  asked_on    TEXT    NOT NULL,
  version     INTEGER NOT NULL
) STRICT;
CREATE INDEX place_request_employer ON place_request (employer_id);
