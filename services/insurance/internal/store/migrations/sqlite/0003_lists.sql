-- +goose Up
-- Whether the hire that a cover rests on is over: what had stopped before this was kept
-- had stopped with its hire.
ALTER TABLE cover ADD COLUMN hire_over INTEGER NOT NULL DEFAULT 0;
UPDATE cover SET hire_over = 1 WHERE active = 0;
CREATE INDEX duty_due ON duty (due_on, id);
CREATE INDEX duty_employer ON duty (employer_id, due_on);
CREATE INDEX cover_duty ON cover (duty_id);
