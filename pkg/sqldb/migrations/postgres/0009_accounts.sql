-- +goose Up
-- The workers whom this service knows, and the tombstones of closed accounts.
CREATE TABLE account (
  worker TEXT    PRIMARY KEY,
  closed BIGINT  NOT NULL
);
