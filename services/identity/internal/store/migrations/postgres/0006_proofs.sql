-- +goose Up
-- When whoever sits before a session showed last who it is.
ALTER TABLE session ADD COLUMN proved_at BIGINT NOT NULL DEFAULT 0;
-- What its owner calls a passkey; sealed.
ALTER TABLE passkey ADD COLUMN name BYTEA NOT NULL DEFAULT '';

-- Ways to sign in that were set up or taken away; their owner sees the list.
CREATE TABLE proof_change (
  id      TEXT    PRIMARY KEY,
  account TEXT    NOT NULL,
  at      BIGINT NOT NULL,
  proof   TEXT    NOT NULL,
  removed BIGINT NOT NULL,
  device  TEXT    NOT NULL
);
CREATE INDEX proof_change_account ON proof_change (account, at);

-- Since when an outside identity is joined to an account, and from when on it opens it.
ALTER TABLE outside ADD COLUMN made_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE outside ADD COLUMN opens_at BIGINT NOT NULL DEFAULT 0;

-- Who had a code printed.
ALTER TABLE code ADD COLUMN officer TEXT NOT NULL DEFAULT '';
CREATE INDEX code_officer ON code (officer, made_at);
