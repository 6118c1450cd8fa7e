-- +goose Up
-- Why the second administrator refused what another asked for.
ALTER TABLE act ADD COLUMN reason_code TEXT NOT NULL DEFAULT '';
