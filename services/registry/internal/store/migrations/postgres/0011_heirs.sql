-- +goose Up
-- What a near relative of somebody who died asks to read; who asks is sealed under the person's own key.
CREATE TABLE heir_request (
  id                  TEXT    PRIMARY KEY,
  worker              TEXT    NOT NULL,
  county              TEXT    NOT NULL,
  relative            BYTEA    NOT NULL,
  paper               TEXT    NOT NULL,
  reason_code         TEXT    NOT NULL,
  source              TEXT    NOT NULL,
  officer             TEXT    NOT NULL,
  made_at             BIGINT NOT NULL,
  decide_by           TEXT    NOT NULL,
  state               TEXT    NOT NULL,
  decided_by          TEXT    NOT NULL,
  decided_at          BIGINT NOT NULL,
  refusal_reason_code TEXT    NOT NULL,
  shown_at            BIGINT NOT NULL
);
CREATE INDEX heir_request_worker ON heir_request (worker);
CREATE INDEX heir_request_state ON heir_request (state, made_at);

-- Who arranged that no relative may ask.
CREATE TABLE heirs_wish (
  worker TEXT PRIMARY KEY
);
