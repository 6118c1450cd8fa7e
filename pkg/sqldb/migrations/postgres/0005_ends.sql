-- +goose Up
-- A task has an end: done, or given up with a reason that people see. One that
-- is to run as soon as it can, or again after a failure, is due soon: its time
-- never lies further ahead than the longest pause, whatever a clock said.
ALTER TABLE task ADD COLUMN soon BIGINT NOT NULL DEFAULT 0;
ALTER TABLE task ADD COLUMN failing_since BIGINT NOT NULL DEFAULT 0;
UPDATE task SET soon = 1 WHERE attempts > 0;
CREATE INDEX task_soon ON task (due_at) WHERE soon = 1;

CREATE TABLE task_given_up (
  id            TEXT    PRIMARY KEY,
  kind          TEXT    NOT NULL,
  payload       BYTEA   NOT NULL,
  origin        TEXT    NOT NULL,
  attempts      BIGINT  NOT NULL,
  failing_since BIGINT  NOT NULL,
  code          TEXT    NOT NULL,
  text          TEXT    NOT NULL,
  given_up_at   BIGINT NOT NULL
);
