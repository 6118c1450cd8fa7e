-- +goose Up
-- A code for an account that somebody makes alone; and who made one lately, from which address.
ALTER TABLE sent_code ADD COLUMN for_new BIGINT NOT NULL DEFAULT 0;
CREATE TABLE made_alone (
  account       TEXT PRIMARY KEY,
  address_index BYTEA NOT NULL,
  made_at       BIGINT NOT NULL
);
CREATE INDEX made_alone_made ON made_alone (made_at);
