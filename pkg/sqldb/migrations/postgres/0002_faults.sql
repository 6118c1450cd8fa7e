-- +goose Up
-- Where a channel went on after a restore, by whose word and why.
CREATE TABLE epoch (
  channel   TEXT    NOT NULL,
  epoch     BIGINT NOT NULL,
  seq       BIGINT NOT NULL,
  chain     BYTEA   NOT NULL,
  reason    TEXT    NOT NULL,
  officer   TEXT    NOT NULL,
  opened_at BIGINT NOT NULL,
  PRIMARY KEY (channel, epoch)
);

-- Why a relay or a reader stopped; empty while it runs.
ALTER TABLE channel ADD COLUMN alarm TEXT NOT NULL DEFAULT '';
ALTER TABLE cursor ADD COLUMN alarm TEXT NOT NULL DEFAULT '';
ALTER TABLE cursor ADD COLUMN orphaned BIGINT NOT NULL DEFAULT 0;

-- Parked events that an officer gave up, with the signed reason.
CREATE TABLE parked_skipped (
  channel    TEXT    NOT NULL,
  epoch      BIGINT NOT NULL,
  seq        BIGINT NOT NULL,
  id         TEXT    NOT NULL,
  type       TEXT    NOT NULL,
  body       BYTEA   NOT NULL,
  code       TEXT    NOT NULL,
  reason     TEXT    NOT NULL,
  officer    TEXT    NOT NULL,
  skipped_at BIGINT NOT NULL,
  signature  BYTEA   NOT NULL,
  PRIMARY KEY (channel, epoch, seq)
);

-- Effects of events that their publisher lost when it was restored to the past.
CREATE TABLE orphaned (
  channel   TEXT    NOT NULL,
  epoch     BIGINT NOT NULL,
  seq       BIGINT NOT NULL,
  id        TEXT    NOT NULL,
  type      TEXT    NOT NULL,
  aggregate TEXT    NOT NULL,
  found_at  BIGINT NOT NULL,
  PRIMARY KEY (channel, epoch, seq)
);

-- A number is never given twice, whatever the epoch.
DROP INDEX event_sequenced;
CREATE UNIQUE INDEX event_sequenced ON event (channel, seq) WHERE seq IS NOT NULL;
