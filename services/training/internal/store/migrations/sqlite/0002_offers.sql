-- +goose Up
-- The last place that an enrolment was offered, and its time to answer.
ALTER TABLE enrolment ADD COLUMN offer_id TEXT NOT NULL DEFAULT '';
ALTER TABLE enrolment ADD COLUMN offer_state TEXT NOT NULL DEFAULT '';
ALTER TABLE enrolment ADD COLUMN answer_days INTEGER NOT NULL DEFAULT 0;
ALTER TABLE enrolment ADD COLUMN offered_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE enrolment ADD COLUMN answer_by INTEGER NOT NULL DEFAULT 0;
ALTER TABLE enrolment ADD COLUMN accepted_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE enrolment ADD COLUMN in_person INTEGER NOT NULL DEFAULT 0;
CREATE UNIQUE INDEX enrolment_offer ON enrolment (offer_id) WHERE offer_id <> '';
-- An offer that was made without a time to answer stays open under a mark of its
-- own, and is made anew as soon as the service runs: its worker is told of the time.
UPDATE enrolment SET offer_id = id, offer_state = 'open' WHERE state = 'offered';
INSERT INTO task (id, kind, payload, due_at, attempts, origin, soon)
  SELECT 'offer again ' || id, 'training.offer_again', CAST(id AS BLOB), 0, 0, '', 1 FROM enrolment WHERE state = 'offered';
