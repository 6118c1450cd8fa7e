-- +goose Up
-- Where and until when a course is held, and whether it was cancelled.
ALTER TABLE course ADD COLUMN venue TEXT NOT NULL DEFAULT '';
ALTER TABLE course ADD COLUMN contact TEXT NOT NULL DEFAULT '';
ALTER TABLE course ADD COLUMN ends_on TEXT NOT NULL DEFAULT '';
ALTER TABLE course ADD COLUMN cancelled INTEGER NOT NULL DEFAULT 0;
ALTER TABLE course ADD COLUMN reason_code TEXT NOT NULL DEFAULT '';
CREATE INDEX enrolment_course ON enrolment (course_id, id);
-- The enrolment whose completion fulfilled a due training.
ALTER TABLE due_training ADD COLUMN enrolment_id TEXT NOT NULL DEFAULT '';
CREATE INDEX due_training_enrolment ON due_training (enrolment_id) WHERE enrolment_id <> '';
-- A certificate that was taken back makes room for a right one.
ALTER TABLE certificate RENAME TO certificate_before;
DROP INDEX certificate_worker;
CREATE TABLE certificate (
  id           TEXT    PRIMARY KEY,
  enrolment_id TEXT    NOT NULL REFERENCES enrolment (id),
  worker       TEXT    NOT NULL,
  division     TEXT    NOT NULL,
  kind         TEXT    NOT NULL,
  occupation   TEXT    NOT NULL,
  level        TEXT    NOT NULL,
  issued_on    TEXT    NOT NULL,
  version      INTEGER NOT NULL,
  number       TEXT    NOT NULL DEFAULT '',
  revoked_on   TEXT    NOT NULL DEFAULT '',
  reason_code  TEXT    NOT NULL DEFAULT ''
) STRICT;
INSERT INTO certificate (id, enrolment_id, worker, division, kind, occupation, level, issued_on, version)
  SELECT id, enrolment_id, worker, division, kind, occupation, level, issued_on, version FROM certificate_before;
DROP TABLE certificate_before;
CREATE INDEX certificate_worker ON certificate (worker);
CREATE UNIQUE INDEX certificate_one ON certificate (enrolment_id) WHERE revoked_on = '';
CREATE UNIQUE INDEX certificate_number ON certificate (number) WHERE number <> '' AND revoked_on = '';
CREATE INDEX certificate_enrolment ON certificate (enrolment_id);
