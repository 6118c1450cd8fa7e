-- +goose Up
-- Of which county a list with names is, and where an employer is whose user is replaced:
-- what waits for an officer is listed by it.
ALTER TABLE export ADD COLUMN county TEXT NOT NULL DEFAULT '';
ALTER TABLE act ADD COLUMN county TEXT NOT NULL DEFAULT '';
UPDATE export SET county = coalesce(json_extract(list, '$.County'), '') WHERE state = 'asked';
UPDATE act SET county = coalesce(json_extract(wanted, '$.County'), '') WHERE state = 'waiting';
