-- +goose Up
-- What somebody accepted in another's name, held against the person's visits; of one
-- person, by one actor, on one day, once.
CREATE TABLE accepted (
  day        TEXT NOT NULL,
  kind       TEXT NOT NULL,
  actor      TEXT NOT NULL,
  worker     TEXT NOT NULL,
  at         BIGINT NOT NULL,
  visited    BIGINT NOT NULL,
  taken_back BIGINT NOT NULL,
  PRIMARY KEY (day, kind, actor, worker)
);
CREATE INDEX accepted_worker ON accepted (worker, at);

CREATE TABLE alarm (
  id         TEXT PRIMARY KEY,
  day        TEXT NOT NULL,
  kind       TEXT NOT NULL,
  actor      TEXT NOT NULL,
  reviewer   TEXT NOT NULL,
  state      TEXT NOT NULL,
  settled_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX alarm_once ON alarm (day, kind, actor);
CREATE INDEX alarm_reviewer ON alarm (reviewer, state);
