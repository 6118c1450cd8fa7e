-- +goose Up
-- Whose keys were destroyed for good. It outlives the keys, so that one which
-- comes back from a backup is destroyed again; it names ids and nobody.
CREATE TABLE erased (
  owner     TEXT   PRIMARY KEY,
  erased_at BIGINT NOT NULL
);
