-- +goose Up
-- A death that one officer entered from a paper: who decided, and who took it back where the person lives.
CREATE TABLE death_case (
  id                  TEXT    PRIMARY KEY,
  worker              TEXT    NOT NULL,
  county              TEXT    NOT NULL,
  died_on             TEXT    NOT NULL,
  reason_code         TEXT    NOT NULL,
  paper               TEXT    NOT NULL,
  officer             TEXT    NOT NULL,
  made_at             BIGINT NOT NULL,
  state               TEXT    NOT NULL,
  decided_by          TEXT    NOT NULL,
  decided_at          BIGINT NOT NULL,
  refusal_reason_code TEXT    NOT NULL,
  objected_at         BIGINT NOT NULL,
  reversed_by         TEXT    NOT NULL,
  reversed_at         BIGINT NOT NULL,
  shown_paper         TEXT    NOT NULL,
  confirmed_by        TEXT    NOT NULL,
  confirmed_at        BIGINT NOT NULL,
  version             BIGINT NOT NULL
);
CREATE INDEX death_case_worker ON death_case (worker, made_at);
CREATE UNIQUE INDEX death_case_stands ON death_case (worker) WHERE state IN ('open', 'applied');
CREATE INDEX death_case_state ON death_case (state, made_at);
