-- +goose Up
-- What was done in a visit, and which papers are missing over all of it: what its receipt says.
ALTER TABLE visit ADD COLUMN tasks TEXT NOT NULL DEFAULT '[]';
ALTER TABLE visit ADD COLUMN papers TEXT NOT NULL DEFAULT '[]';
ALTER TABLE visit ADD COLUMN papers_until TEXT NOT NULL DEFAULT '';
