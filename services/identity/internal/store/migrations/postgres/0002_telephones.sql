-- +goose Up
-- A code that was asked for and, where somebody with an account has the number, sent.
-- A row is made for every number alike.
CREATE TABLE sent_code (
  hash          BYTEA PRIMARY KEY,
  number_index  BYTEA NOT NULL,
  address_index BYTEA NOT NULL,
  phone         BYTEA NOT NULL,
  code_index    BYTEA NOT NULL,
  asked_at      BIGINT NOT NULL,
  sent_at       BIGINT NOT NULL,
  sends         BIGINT NOT NULL,
  tried         BIGINT NOT NULL,
  ends_at       BIGINT NOT NULL,
  used_at       BIGINT NOT NULL
);
CREATE INDEX sent_code_number ON sent_code (number_index, asked_at);
CREATE INDEX sent_code_address ON sent_code (address_index, asked_at);
CREATE INDEX sent_code_sent ON sent_code (sent_at);

-- When a counter gave an account that somebody had made alone to the person.
ALTER TABLE login_account ADD COLUMN superseded_at BIGINT NOT NULL DEFAULT 0;
