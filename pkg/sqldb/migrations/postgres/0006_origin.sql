-- +goose Up
-- Whose database this is, and how it came to be: the service, the platform and
-- what the master key is recognised by, which says nothing of the key. Where an
-- operator had to say what an empty database is, who did and why.
CREATE TABLE origin (
  id              BIGINT PRIMARY KEY CHECK (id = 1),
  service         TEXT NOT NULL,
  platform        TEXT NOT NULL,
  key_check       TEXT NOT NULL,
  state           TEXT NOT NULL CHECK (state IN ('declared', 'begun')),
  reason          TEXT NOT NULL,
  officer         TEXT NOT NULL,
  begun_at        BIGINT NOT NULL
);
