-- +goose Up
-- Lists with names, which two officers let out.
ALTER TABLE export ADD COLUMN named BIGINT NOT NULL DEFAULT 0;
ALTER TABLE export ADD COLUMN department TEXT NOT NULL DEFAULT '';
ALTER TABLE export ADD COLUMN reason_code TEXT NOT NULL DEFAULT '';
ALTER TABLE export ADD COLUMN decided_by TEXT NOT NULL DEFAULT '';
ALTER TABLE export ADD COLUMN decided_staff TEXT NOT NULL DEFAULT '';
ALTER TABLE export ADD COLUMN decided_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE export ADD COLUMN refusal_reason_code TEXT NOT NULL DEFAULT '';
CREATE INDEX export_asked ON export (id) WHERE state = 'asked';
