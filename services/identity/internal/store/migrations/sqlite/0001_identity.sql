-- +goose Up
CREATE TABLE login_account (
  id          TEXT    PRIMARY KEY,
  kind        TEXT    NOT NULL,
  subject     TEXT    NOT NULL,
  login       TEXT    UNIQUE,
  sole        TEXT    NOT NULL UNIQUE,
  office      TEXT    NOT NULL,
  responsible INTEGER NOT NULL,
  seen        INTEGER NOT NULL,
  state       TEXT    NOT NULL,
  password_at INTEGER NOT NULL,
  version     INTEGER NOT NULL
) STRICT;
CREATE INDEX login_account_subject ON login_account (subject);

CREATE TABLE grant_of (
  account    TEXT NOT NULL,
  role       TEXT NOT NULL,
  department TEXT NOT NULL,
  division   TEXT NOT NULL,
  PRIMARY KEY (account, role, department, division)
) STRICT;

CREATE TABLE secret (
  account TEXT    NOT NULL,
  kind    TEXT    NOT NULL,
  hash    BLOB    NOT NULL,
  set_at  INTEGER NOT NULL,
  PRIMARY KEY (account, kind)
) STRICT;

CREATE TABLE totp (
  account   TEXT    PRIMARY KEY,
  secret    BLOB    NOT NULL,
  last_step INTEGER NOT NULL
) STRICT;

CREATE TABLE paper_code (
  account    TEXT    NOT NULL,
  code_index BLOB    NOT NULL,
  used_at    INTEGER NOT NULL,
  PRIMARY KEY (account, code_index)
) STRICT;

CREATE TABLE passkey (
  id         BLOB    PRIMARY KEY,
  account    TEXT    NOT NULL,
  credential BLOB    NOT NULL,
  uses       INTEGER NOT NULL,
  made_at    INTEGER NOT NULL,
  used_at    INTEGER NOT NULL
) STRICT;
CREATE INDEX passkey_account ON passkey (account);

CREATE TABLE tries (
  tried      BLOB    PRIMARY KEY,
  failed     INTEGER NOT NULL,
  last_at    INTEGER NOT NULL,
  wait_until INTEGER NOT NULL
) STRICT;

CREATE TABLE flow (
  hash    BLOB    PRIMARY KEY,
  kind    TEXT    NOT NULL,
  account TEXT    NOT NULL,
  held    BLOB    NOT NULL,
  code    BLOB    UNIQUE,
  days    INTEGER NOT NULL,
  ends_at INTEGER NOT NULL
) STRICT;

CREATE TABLE session (
  id       TEXT    PRIMARY KEY,
  number   INTEGER NOT NULL UNIQUE,
  account  TEXT    NOT NULL,
  hash     BLOB    NOT NULL UNIQUE,
  device   TEXT    NOT NULL,
  via      TEXT    NOT NULL,
  level    INTEGER NOT NULL,
  began_at INTEGER NOT NULL,
  seen_at  INTEGER NOT NULL,
  idle_us  INTEGER NOT NULL,
  ends_at  INTEGER NOT NULL,
  locked   INTEGER NOT NULL,
  ended_at INTEGER NOT NULL,
  why      TEXT    NOT NULL
) STRICT;
CREATE INDEX session_account ON session (account, ended_at);
CREATE INDEX session_live ON session (number) WHERE ended_at = 0;

CREATE TABLE revocation (
  number       INTEGER PRIMARY KEY,
  from_session INTEGER NOT NULL,
  to_session   INTEGER NOT NULL,
  at           INTEGER NOT NULL
) STRICT;

CREATE TABLE head (
  name   TEXT    PRIMARY KEY,
  number INTEGER NOT NULL,
  link   BLOB    NOT NULL
) STRICT;
INSERT INTO head (name, number, link) VALUES ('session', 0, x''), ('floor', 0, x''), ('revocation', 0, x''), ('denial', 0, x'');

CREATE TABLE act (
  id         TEXT    PRIMARY KEY,
  kind       TEXT    NOT NULL,
  about      TEXT    NOT NULL,
  wanted     TEXT    NOT NULL,
  asked_by   TEXT    NOT NULL,
  asked_at   INTEGER NOT NULL,
  state      TEXT    NOT NULL,
  decided_by TEXT    NOT NULL,
  decided_at INTEGER NOT NULL
) STRICT;
CREATE INDEX act_asked ON act (asked_at);

CREATE TABLE denial (
  seq     INTEGER PRIMARY KEY,
  at      INTEGER NOT NULL,
  kind    TEXT    NOT NULL,
  subject TEXT    NOT NULL,
  session INTEGER NOT NULL,
  service TEXT    NOT NULL,
  method  TEXT    NOT NULL,
  code    TEXT    NOT NULL,
  link    BLOB    NOT NULL
) STRICT;

CREATE TABLE link (
  hash    BLOB    PRIMARY KEY,
  account TEXT    NOT NULL,
  secret  BLOB    NOT NULL,
  ends_at INTEGER NOT NULL,
  used_at INTEGER NOT NULL
) STRICT;

CREATE TABLE code (
  id         TEXT    PRIMARY KEY,
  kind       TEXT    NOT NULL,
  worker     TEXT    NOT NULL,
  code_index BLOB    NOT NULL UNIQUE,
  made_at    INTEGER NOT NULL,
  ends_at    INTEGER NOT NULL,
  used_at    INTEGER NOT NULL
) STRICT;

CREATE TABLE visit (
  id       TEXT    PRIMARY KEY,
  officer  TEXT    NOT NULL,
  worker   TEXT    NOT NULL,
  receipt  TEXT    NOT NULL,
  began_at INTEGER NOT NULL,
  ended_at INTEGER NOT NULL
) STRICT;
CREATE INDEX visit_officer ON visit (officer, began_at);

CREATE TABLE delegation (
  id         TEXT    PRIMARY KEY,
  worker     TEXT    NOT NULL,
  helper     TEXT    NOT NULL,
  begins_on  TEXT    NOT NULL,
  ends_on    TEXT    NOT NULL,
  paper      TEXT    NOT NULL,
  entered_by TEXT    NOT NULL,
  ended_at   INTEGER NOT NULL,
  version    INTEGER NOT NULL
) STRICT;
CREATE INDEX delegation_worker ON delegation (worker);
CREATE INDEX delegation_helper ON delegation (helper);

CREATE TABLE outside (
  source        TEXT NOT NULL,
  subject_index BLOB NOT NULL,
  account       TEXT NOT NULL,
  PRIMARY KEY (source, subject_index)
) STRICT;
CREATE INDEX outside_account ON outside (account);

-- +goose StatementBegin
CREATE TRIGGER denial_stays BEFORE UPDATE ON denial BEGIN SELECT RAISE(ABORT, 'a line of the audit is never changed'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER denial_remains BEFORE DELETE ON denial BEGIN SELECT RAISE(ABORT, 'a line of the audit is never taken out'); END;
-- +goose StatementEnd
