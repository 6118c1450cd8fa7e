-- +goose Up
-- The copy of the timeline that a rebuild fills; empty otherwise. The two change names when it is full.
CREATE TABLE timeline_next (
  worker      TEXT    NOT NULL,
  occurred_at BIGINT NOT NULL,
  event_id    TEXT    NOT NULL,
  type        TEXT    NOT NULL,
  aggregate   TEXT    NOT NULL,
  division    TEXT    NOT NULL,
  actor       TEXT    NOT NULL,
  via         TEXT    NOT NULL,
  correlation TEXT    NOT NULL,
  causation   TEXT    NOT NULL,
  trace_id    TEXT    NOT NULL,
  data        BYTEA   NOT NULL,
  PRIMARY KEY (worker, occurred_at, event_id)
);
