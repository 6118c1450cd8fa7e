-- +goose Up
-- When word of a result, or of an employer's no, is known to have arrived: the days
-- in which to have it looked at are counted from then. Of what was drawn before it
-- is not known, and their days do not run out.
ALTER TABLE fair_application ADD COLUMN told_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE fair_proposal ADD COLUMN told_at INTEGER NOT NULL DEFAULT 0;
