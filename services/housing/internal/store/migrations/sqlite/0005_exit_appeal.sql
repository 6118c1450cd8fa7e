-- +goose Up
-- The days to appeal a decision on a notice, which run from its arrival. Decisions
-- that were made before keep the last day that they were told.
ALTER TABLE exit ADD COLUMN appeal_days INTEGER NOT NULL DEFAULT 0;
