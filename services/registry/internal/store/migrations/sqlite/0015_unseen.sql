-- +goose Up
-- Who was not seen at a counter yet: a keyed hash of the number that was said, which finds nobody, and the last day.
ALTER TABLE worker ADD COLUMN claim_index BLOB;
ALTER TABLE worker ADD COLUMN unseen_until TEXT NOT NULL DEFAULT '';
CREATE INDEX worker_claim ON worker (claim_index) WHERE claim_index IS NOT NULL;
