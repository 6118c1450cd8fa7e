-- +goose Up
-- Read models that are made anew from the publishers' event tables.
CREATE TABLE rebuild (
  model      TEXT    PRIMARY KEY,
  state      TEXT    NOT NULL CHECK (state IN ('clearing', 'filling', 'emptying', 'done')),
  officer    TEXT    NOT NULL,
  reason     TEXT    NOT NULL,
  started_at BIGINT NOT NULL,
  ended_at   BIGINT NOT NULL,
  owner      TEXT    NOT NULL,
  lease_until BIGINT NOT NULL
);

-- How far each channel has been read again: until where its cursor stood when filling began.
CREATE TABLE rebuild_channel (
  model   TEXT    NOT NULL,
  channel TEXT    NOT NULL,
  seq     BIGINT NOT NULL,
  upto    BIGINT NOT NULL,
  PRIMARY KEY (model, channel)
);
