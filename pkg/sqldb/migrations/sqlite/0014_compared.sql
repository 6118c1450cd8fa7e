-- +goose Up
-- Exports of other systems that were compared with what was entered there: which rows are
-- as here, by case number. Of a division the newest of a matter is kept.
CREATE TABLE elsewhere_comparison (
  id          TEXT   PRIMARY KEY,
  matter      TEXT   NOT NULL,
  division    TEXT   NOT NULL,
  version     BIGINT NOT NULL,
  officer     TEXT   NOT NULL,
  made_at     BIGINT NOT NULL,
  finished_at BIGINT NOT NULL -- 0 while rows come
);
CREATE INDEX elsewhere_comparison_newest ON elsewhere_comparison (matter, division, made_at);

CREATE TABLE elsewhere_compared (
  comparison_id TEXT   NOT NULL,
  place         BIGINT NOT NULL,
  line          BIGINT NOT NULL,
  outcome       TEXT   NOT NULL,
  number        TEXT   NOT NULL,
  case_id       TEXT   NOT NULL,
  county        TEXT   NOT NULL,
  mark          TEXT   NOT NULL, -- what it says, so that what was set aside comes back when that changes
  PRIMARY KEY (comparison_id, place)
);
CREATE INDEX elsewhere_compared_case ON elsewhere_compared (comparison_id, case_id);

-- What the other system has where it is not as here.
CREATE TABLE elsewhere_there (
  comparison_id TEXT   NOT NULL,
  place         BIGINT NOT NULL,
  field         TEXT   NOT NULL,
  there         TEXT   NOT NULL,
  withheld      BIGINT NOT NULL CHECK (withheld IN (0, 1)),
  PRIMARY KEY (comparison_id, place, field)
);

-- Why a line needs nothing more. One that was brought back stays, and stands no more.
CREATE TABLE elsewhere_aside (
  id          TEXT   PRIMARY KEY,
  matter      TEXT   NOT NULL,
  division    TEXT   NOT NULL,
  mark        TEXT   NOT NULL,
  reason_code TEXT   NOT NULL,
  officer     TEXT   NOT NULL,
  aside_at    BIGINT NOT NULL,
  stands      BIGINT NOT NULL CHECK (stands IN (0, 1))
);
CREATE UNIQUE INDEX elsewhere_aside_mark ON elsewhere_aside (matter, division, mark) WHERE stands = 1;
