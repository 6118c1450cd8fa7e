-- +goose Up
-- A code for an account that somebody makes alone; and who made one lately, from which address.
ALTER TABLE sent_code ADD COLUMN for_new INTEGER NOT NULL DEFAULT 0;
CREATE TABLE made_alone (
  account       TEXT PRIMARY KEY,
  address_index BLOB NOT NULL,
  made_at       INTEGER NOT NULL
) STRICT;
CREATE INDEX made_alone_made ON made_alone (made_at);
