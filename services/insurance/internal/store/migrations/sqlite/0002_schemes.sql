-- +goose Up
-- The first day of work, and the schemes that the duty is about; both empty in
-- duties of before they were kept, which are about all schemes.
ALTER TABLE duty ADD COLUMN start_on TEXT NOT NULL DEFAULT '';
ALTER TABLE duty ADD COLUMN schemes TEXT NOT NULL DEFAULT '';
