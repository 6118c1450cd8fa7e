-- +goose Up
-- What two administrators decided that brought a link; the one who asked gives a second
-- word for it.
ALTER TABLE link ADD COLUMN act TEXT NOT NULL DEFAULT '';
