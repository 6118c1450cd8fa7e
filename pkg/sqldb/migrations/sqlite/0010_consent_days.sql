-- +goose Up
-- Whether a task waits for the next day on which the grant opens or ends.
ALTER TABLE consent_grant ADD COLUMN followed INTEGER NOT NULL DEFAULT 0;
