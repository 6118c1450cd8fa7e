-- +goose Up
-- Where and until when a course is held, and whether it was cancelled.
ALTER TABLE course ADD COLUMN venue TEXT NOT NULL DEFAULT '';
ALTER TABLE course ADD COLUMN contact TEXT NOT NULL DEFAULT '';
ALTER TABLE course ADD COLUMN ends_on TEXT NOT NULL DEFAULT '';
ALTER TABLE course ADD COLUMN cancelled BIGINT NOT NULL DEFAULT 0;
ALTER TABLE course ADD COLUMN reason_code TEXT NOT NULL DEFAULT '';
CREATE INDEX enrolment_course ON enrolment (course_id, id);
-- The enrolment whose completion fulfilled a due training.
ALTER TABLE due_training ADD COLUMN enrolment_id TEXT NOT NULL DEFAULT '';
CREATE INDEX due_training_enrolment ON due_training (enrolment_id) WHERE enrolment_id <> '';
-- A certificate that was taken back makes room for a right one.
ALTER TABLE certificate ADD COLUMN number TEXT NOT NULL DEFAULT '';
ALTER TABLE certificate ADD COLUMN revoked_on TEXT NOT NULL DEFAULT '';
ALTER TABLE certificate ADD COLUMN reason_code TEXT NOT NULL DEFAULT '';
ALTER TABLE certificate DROP CONSTRAINT certificate_enrolment_id_key;
CREATE UNIQUE INDEX certificate_one ON certificate (enrolment_id) WHERE revoked_on = '';
CREATE UNIQUE INDEX certificate_number ON certificate (number) WHERE number <> '' AND revoked_on = '';
CREATE INDEX certificate_enrolment ON certificate (enrolment_id);
