-- +goose Up
-- What is told of a large fair, added to what is published of it, and owed after a
-- correction is written in steps: these columns say how far.
ALTER TABLE fair ADD COLUMN bundled INTEGER NOT NULL DEFAULT 0;
ALTER TABLE fair ADD COLUMN notice_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE fair ADD COLUMN noticed TEXT NOT NULL DEFAULT '';
ALTER TABLE fair_correction ADD COLUMN looked INTEGER NOT NULL DEFAULT 0;
UPDATE fair SET bundled = (SELECT coalesce(sum(length(data)), 0) FROM fair_bundle b WHERE b.fair_id = fair.id);
