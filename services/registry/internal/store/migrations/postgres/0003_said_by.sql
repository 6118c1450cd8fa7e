-- +goose Up
-- Through which channel the contact was said last, and when: a sheet never overwrites what the person said since. Empty where that was not noted yet.
ALTER TABLE worker ADD COLUMN contact_via TEXT NOT NULL DEFAULT '';
ALTER TABLE worker ADD COLUMN contact_at BIGINT NOT NULL DEFAULT 0;
-- A keyed hash of a child's name and birth date, so that a child who is entered twice is noted.
ALTER TABLE child ADD COLUMN likeness BYTEA;
CREATE INDEX child_likeness ON child (likeness);
