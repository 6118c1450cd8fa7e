-- +goose Up
CREATE TABLE login_account (
  id          TEXT    PRIMARY KEY,
  kind        TEXT    NOT NULL,
  subject     TEXT    NOT NULL,
  login       TEXT    UNIQUE,
  sole        TEXT    NOT NULL UNIQUE,
  office      TEXT    NOT NULL,
  responsible BIGINT NOT NULL,
  seen        BIGINT NOT NULL,
  state       TEXT    NOT NULL,
  password_at BIGINT NOT NULL,
  version     BIGINT NOT NULL
);
CREATE INDEX login_account_subject ON login_account (subject);

CREATE TABLE grant_of (
  account    TEXT NOT NULL,
  role       TEXT NOT NULL,
  department TEXT NOT NULL,
  division   TEXT NOT NULL,
  PRIMARY KEY (account, role, department, division)
);

CREATE TABLE secret (
  account TEXT    NOT NULL,
  kind    TEXT    NOT NULL,
  hash    BYTEA    NOT NULL,
  set_at  BIGINT NOT NULL,
  PRIMARY KEY (account, kind)
);

CREATE TABLE totp (
  account   TEXT    PRIMARY KEY,
  secret    BYTEA    NOT NULL,
  last_step BIGINT NOT NULL
);

CREATE TABLE paper_code (
  account    TEXT    NOT NULL,
  code_index BYTEA    NOT NULL,
  used_at    BIGINT NOT NULL,
  PRIMARY KEY (account, code_index)
);

CREATE TABLE passkey (
  id         BYTEA    PRIMARY KEY,
  account    TEXT    NOT NULL,
  credential BYTEA    NOT NULL,
  uses       BIGINT NOT NULL,
  made_at    BIGINT NOT NULL,
  used_at    BIGINT NOT NULL
);
CREATE INDEX passkey_account ON passkey (account);

CREATE TABLE tries (
  tried      BYTEA    PRIMARY KEY,
  failed     BIGINT NOT NULL,
  last_at    BIGINT NOT NULL,
  wait_until BIGINT NOT NULL
);

CREATE TABLE flow (
  hash    BYTEA    PRIMARY KEY,
  kind    TEXT    NOT NULL,
  account TEXT    NOT NULL,
  held    BYTEA    NOT NULL,
  code    BYTEA    UNIQUE,
  days    BIGINT NOT NULL,
  ends_at BIGINT NOT NULL
);

CREATE TABLE session (
  id       TEXT    PRIMARY KEY,
  number   BIGINT NOT NULL UNIQUE,
  account  TEXT    NOT NULL,
  hash     BYTEA    NOT NULL UNIQUE,
  device   TEXT    NOT NULL,
  via      TEXT    NOT NULL,
  level    BIGINT NOT NULL,
  began_at BIGINT NOT NULL,
  seen_at  BIGINT NOT NULL,
  idle_us  BIGINT NOT NULL,
  ends_at  BIGINT NOT NULL,
  locked   BIGINT NOT NULL,
  ended_at BIGINT NOT NULL,
  why      TEXT    NOT NULL
);
CREATE INDEX session_account ON session (account, ended_at);
CREATE INDEX session_live ON session (number) WHERE ended_at = 0;

CREATE TABLE revocation (
  number       BIGINT PRIMARY KEY,
  from_session BIGINT NOT NULL,
  to_session   BIGINT NOT NULL,
  at           BIGINT NOT NULL
);

CREATE TABLE head (
  name   TEXT    PRIMARY KEY,
  number BIGINT NOT NULL,
  link   BYTEA    NOT NULL
);
INSERT INTO head (name, number, link) VALUES ('session', 0, ''), ('floor', 0, ''), ('revocation', 0, ''), ('denial', 0, '');

CREATE TABLE act (
  id         TEXT    PRIMARY KEY,
  kind       TEXT    NOT NULL,
  about      TEXT    NOT NULL,
  wanted     TEXT    NOT NULL,
  asked_by   TEXT    NOT NULL,
  asked_at   BIGINT NOT NULL,
  state      TEXT    NOT NULL,
  decided_by TEXT    NOT NULL,
  decided_at BIGINT NOT NULL
);
CREATE INDEX act_asked ON act (asked_at);

CREATE TABLE denial (
  seq     BIGINT PRIMARY KEY,
  at      BIGINT NOT NULL,
  kind    TEXT    NOT NULL,
  subject TEXT    NOT NULL,
  session BIGINT NOT NULL,
  service TEXT    NOT NULL,
  method  TEXT    NOT NULL,
  code    TEXT    NOT NULL,
  link    BYTEA    NOT NULL
);

CREATE TABLE link (
  hash    BYTEA    PRIMARY KEY,
  account TEXT    NOT NULL,
  secret  BYTEA    NOT NULL,
  ends_at BIGINT NOT NULL,
  used_at BIGINT NOT NULL
);

CREATE TABLE code (
  id         TEXT    PRIMARY KEY,
  kind       TEXT    NOT NULL,
  worker     TEXT    NOT NULL,
  code_index BYTEA    NOT NULL UNIQUE,
  made_at    BIGINT NOT NULL,
  ends_at    BIGINT NOT NULL,
  used_at    BIGINT NOT NULL
);

CREATE TABLE visit (
  id       TEXT    PRIMARY KEY,
  officer  TEXT    NOT NULL,
  worker   TEXT    NOT NULL,
  receipt  TEXT    NOT NULL,
  began_at BIGINT NOT NULL,
  ended_at BIGINT NOT NULL
);
CREATE INDEX visit_officer ON visit (officer, began_at);

CREATE TABLE delegation (
  id         TEXT    PRIMARY KEY,
  worker     TEXT    NOT NULL,
  helper     TEXT    NOT NULL,
  begins_on  TEXT    NOT NULL,
  ends_on    TEXT    NOT NULL,
  paper      TEXT    NOT NULL,
  entered_by TEXT    NOT NULL,
  ended_at   BIGINT NOT NULL,
  version    BIGINT NOT NULL
);
CREATE INDEX delegation_worker ON delegation (worker);
CREATE INDEX delegation_helper ON delegation (helper);

CREATE TABLE outside (
  source        TEXT NOT NULL,
  subject_index BYTEA NOT NULL,
  account       TEXT NOT NULL,
  PRIMARY KEY (source, subject_index)
);
CREATE INDEX outside_account ON outside (account);

-- +goose StatementBegin
CREATE FUNCTION denial_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'a line of the audit is never changed'; END $$;
-- +goose StatementEnd
CREATE TRIGGER denial_stays BEFORE UPDATE OR DELETE ON denial FOR EACH ROW EXECUTE FUNCTION denial_stays();
CREATE TRIGGER denial_remains BEFORE TRUNCATE ON denial FOR EACH STATEMENT EXECUTE FUNCTION denial_stays();
