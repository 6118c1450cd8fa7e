-- +goose Up
-- A code that was asked for and, where somebody with an account has the number, sent.
-- A row is made for every number alike.
CREATE TABLE sent_code (
  hash          BLOB PRIMARY KEY,
  number_index  BLOB NOT NULL,
  address_index BLOB NOT NULL,
  phone         BLOB NOT NULL,
  code_index    BLOB NOT NULL,
  asked_at      INTEGER NOT NULL,
  sent_at       INTEGER NOT NULL,
  sends         INTEGER NOT NULL,
  tried         INTEGER NOT NULL,
  ends_at       INTEGER NOT NULL,
  used_at       INTEGER NOT NULL
) STRICT;
CREATE INDEX sent_code_number ON sent_code (number_index, asked_at);
CREATE INDEX sent_code_address ON sent_code (address_index, asked_at);
CREATE INDEX sent_code_sent ON sent_code (sent_at);

-- When a counter gave an account that somebody had made alone to the person.
ALTER TABLE login_account ADD COLUMN superseded_at INTEGER NOT NULL DEFAULT 0;
