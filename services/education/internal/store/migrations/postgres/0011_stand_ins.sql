-- +goose Up
-- What a guardian was told of who may not decide for a child: that another one has
-- applied, and since when, though nobody has. It is shown as long as that holds.
CREATE TABLE stand_in (
  id       TEXT   PRIMARY KEY,
  child_id TEXT   NOT NULL,
  stage    TEXT   NOT NULL,
  worker   TEXT   NOT NULL,
  county   TEXT   NOT NULL,
  told_at  BIGINT NOT NULL,
  UNIQUE (worker, child_id, stage)
);
CREATE INDEX stand_in_child ON stand_in (child_id);
