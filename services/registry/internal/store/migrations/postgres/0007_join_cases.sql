-- +goose Up
-- The reference that answers for a record which was joined to another; empty where that is itself. A record is never joined twice, so these make trees.
ALTER TABLE worker ADD COLUMN joined_into TEXT NOT NULL DEFAULT '';
CREATE INDEX worker_joined_into ON worker (joined_into) WHERE joined_into <> '';

-- That two records are one person's, or one record two persons': opened by one officer, decided by another, with the person's word between.
CREATE TABLE join_case (
  id                  TEXT   PRIMARY KEY,
  kind                TEXT   NOT NULL,
  join_id             TEXT   NOT NULL,
  into_worker         TEXT   NOT NULL,
  into_county         TEXT   NOT NULL,
  into_seen           BIGINT NOT NULL,
  into_told_at        BIGINT NOT NULL,
  into_until          TEXT   NOT NULL,
  into_heard_at       BIGINT NOT NULL,
  into_heard_by       TEXT   NOT NULL,
  into_heard_paper    TEXT   NOT NULL,
  alias_worker        TEXT   NOT NULL,
  alias_county        TEXT   NOT NULL,
  alias_seen          BIGINT NOT NULL,
  alias_told_at       BIGINT NOT NULL,
  alias_until         TEXT   NOT NULL,
  alias_heard_at      BIGINT NOT NULL,
  alias_heard_by      TEXT   NOT NULL,
  alias_heard_paper   TEXT   NOT NULL,
  reason_code         TEXT   NOT NULL,
  paper               TEXT   NOT NULL,
  officer             TEXT   NOT NULL,
  made_at             BIGINT NOT NULL,
  state               TEXT   NOT NULL,
  decided_by          TEXT   NOT NULL,
  decided_at          BIGINT NOT NULL,
  refusal_reason_code TEXT   NOT NULL,
  objected_at         BIGINT NOT NULL,
  to_alias            TEXT   NOT NULL,
  to_into             TEXT   NOT NULL,
  version             BIGINT NOT NULL
);
CREATE INDEX join_case_state ON join_case (state, made_at);
CREATE INDEX join_case_into ON join_case (into_worker);
CREATE INDEX join_case_alias ON join_case (alias_worker);
