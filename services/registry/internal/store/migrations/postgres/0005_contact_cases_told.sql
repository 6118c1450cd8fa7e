-- +goose Up
-- Why a change of contact is asked for, what was seen, why it was refused; what it replaced, so that the person can have it put back.
ALTER TABLE contact_case ADD COLUMN reason_code TEXT NOT NULL DEFAULT 'other';
ALTER TABLE contact_case ADD COLUMN paper TEXT NOT NULL DEFAULT 'none';
ALTER TABLE contact_case ADD COLUMN refusal_reason_code TEXT NOT NULL DEFAULT '';
ALTER TABLE contact_case ADD COLUMN former_profile BYTEA;
ALTER TABLE contact_case ADD COLUMN former_languages TEXT NOT NULL DEFAULT '';
ALTER TABLE contact_case ADD COLUMN objected_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX contact_case_worker ON contact_case (worker, made_at);
