-- +goose Up
-- Through which channel a worker's wishes were said last, and when: a sheet never overwrites the worker's own later word. Empty where that was not noted yet.
ALTER TABLE profile ADD COLUMN set_via TEXT NOT NULL DEFAULT '';
ALTER TABLE profile ADD COLUMN set_at INTEGER NOT NULL DEFAULT 0;
-- A row of a sheet is the same post again by these.
CREATE INDEX vacancy_post ON vacancy (employer_id, title);
