-- +goose Up
-- One wrapped key per person or child. Erasing the row erases all that the key sealed.
CREATE TABLE person_key (
  owner   TEXT   PRIMARY KEY,
  wrapped BYTEA  NOT NULL,
  made_at BIGINT NOT NULL
);

-- How far the sweep for keys without an owner has come.
CREATE TABLE sweep (
  id       BIGINT PRIMARY KEY CHECK (id = 1),
  position TEXT   NOT NULL
);
INSERT INTO sweep (id, position) VALUES (1, '');
