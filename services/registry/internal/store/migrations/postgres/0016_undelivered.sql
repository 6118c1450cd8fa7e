-- +goose Up
-- Messages that did not arrive, and what the counter tried to reach the person.
CREATE TABLE undelivered (
  message_id TEXT    PRIMARY KEY,
  worker     TEXT    NOT NULL,
  found_at   BIGINT NOT NULL,
  ended_at   BIGINT NOT NULL,
  ended_how  TEXT    NOT NULL
);
CREATE INDEX undelivered_worker ON undelivered (worker);
CREATE INDEX undelivered_waits ON undelivered (found_at, message_id) WHERE ended_how = '';

CREATE TABLE message_try (
  message_id TEXT    NOT NULL,
  number     BIGINT NOT NULL,
  way        TEXT    NOT NULL,
  outcome    TEXT    NOT NULL,
  corrects   BIGINT NOT NULL,
  officer    TEXT    NOT NULL,
  at         BIGINT NOT NULL,
  PRIMARY KEY (message_id, number)
);
