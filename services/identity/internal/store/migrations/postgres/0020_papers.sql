-- +goose Up
-- Forms on which a counter takes applications while the platform is away.
CREATE TABLE paper_block (
  id           TEXT PRIMARY KEY,
  task         TEXT NOT NULL,
  department   TEXT NOT NULL,
  division     TEXT NOT NULL,
  account      TEXT NOT NULL,
  staff        TEXT NOT NULL,
  printed_at   BIGINT NOT NULL,
  forms        BIGINT NOT NULL,
  entered      BIGINT NOT NULL,
  voided_at    BIGINT NOT NULL,
  voided_staff TEXT NOT NULL,
  reason_code  TEXT NOT NULL
);
CREATE INDEX paper_block_office ON paper_block (department, division, id);
CREATE TABLE paper_form (
  number              TEXT PRIMARY KEY,
  block               TEXT NOT NULL,
  task                TEXT NOT NULL,
  department          TEXT NOT NULL,
  division            TEXT NOT NULL,
  state               TEXT NOT NULL,
  worker              TEXT NOT NULL,
  received_at         BIGINT NOT NULL,
  away_code           TEXT NOT NULL,
  away_since          BIGINT NOT NULL,
  stated_by           TEXT NOT NULL,
  stated_staff        TEXT NOT NULL,
  stated_at           BIGINT NOT NULL,
  decided_by          TEXT NOT NULL,
  decided_staff       TEXT NOT NULL,
  decided_at          BIGINT NOT NULL,
  refusal_reason_code TEXT NOT NULL,
  entered_at          BIGINT NOT NULL
);
CREATE INDEX paper_form_block ON paper_form (block, number);
CREATE INDEX paper_form_open ON paper_form (stated_at, number) WHERE state IN ('stated', 'confirmed');
CREATE INDEX paper_form_worker ON paper_form (worker) WHERE state IN ('stated', 'confirmed');
