-- +goose Up
-- Applications that were received on paper while the platform was away: submitted_at is
-- when the paper was received, and late says of a list that was fixed before the entry.
ALTER TABLE application ADD COLUMN paper_form TEXT NOT NULL DEFAULT '';
ALTER TABLE application ADD COLUMN entered_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE application ADD COLUMN confirmed_by TEXT NOT NULL DEFAULT '';
ALTER TABLE application ADD COLUMN late_round TEXT NOT NULL DEFAULT '';
ALTER TABLE application ADD COLUMN late TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX application_paper ON application (paper_form) WHERE paper_form <> '';
CREATE INDEX application_late ON application (entered_at, id, county) WHERE late = 'open';
