-- +goose Up
-- When a worker's telephone was said to be lost.
ALTER TABLE login_account ADD COLUMN stopped_at INTEGER NOT NULL DEFAULT 0;

-- Who opened an employer's user, and when.
ALTER TABLE login_account ADD COLUMN opened_by TEXT NOT NULL DEFAULT '';
ALTER TABLE login_account ADD COLUMN opened_at INTEGER NOT NULL DEFAULT 0;

CREATE INDEX login_account_listed ON login_account (kind, id);
