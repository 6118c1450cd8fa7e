-- +goose Up
-- Whether a household says, and an officer confirmed, that it is a relief
-- household; empty where nobody said so. Nothing is kept of why it is one.
ALTER TABLE application ADD COLUMN priority TEXT NOT NULL DEFAULT '';
ALTER TABLE application ADD COLUMN priority_on TEXT NOT NULL DEFAULT '';
ALTER TABLE application ADD COLUMN priority_basis TEXT NOT NULL DEFAULT '';
-- The rule by which an entry stands ahead of those without one.
ALTER TABLE round_entry ADD COLUMN ahead_by TEXT NOT NULL DEFAULT '';
