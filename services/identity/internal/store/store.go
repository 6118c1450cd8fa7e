// Package store keeps accounts, proofs and sessions in SQL, the same statements for
// SQLite and PostgreSQL. No secret stands in it in the clear: what is long is hashed,
// what is short is hashed under a key, and what must be read again is sealed.
package store

import (
	"context"
	"database/sql"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/qiao-platform/qiao/pkg/account"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/pkg/task"
	"github.com/qiao-platform/qiao/services/identity/internal/app"
	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

// Migrations holds the service's tables.
//
//go:embed migrations
var Migrations embed.FS

// Store opens transactions.
type Store struct {
	outbox *outbox.Outbox
	seal   outbox.Sealer
	flows  *table.Of[domain.Flow]
	links  *table.Of[domain.Link]
	sent   *table.Of[domain.SentCode]
	tasks  *task.Queue
}

// New returns the service's store; what must be read again is sealed by seal.
func New(log *outbox.Outbox, tasks *task.Queue, seal outbox.Sealer) *Store {
	return &Store{log, seal, flows(seal), links(seal), sentCodes(seal), tasks}
}

// In returns the store within a transaction.
func (s *Store) In(tx *sqldb.Tx) app.Store { return &inTx{s, tx, false} }

// Bare is the store within a transaction of who holds the key and serves nothing: it
// writes no events, and opens nothing that is sealed.
func Bare(tx *sqldb.Tx) app.Store { return &inTx{&Store{}, tx, false} }

// Change implements app.Data.
func (s *Store) Change(ctx context.Context, f func(app.Store) error) error {
	return s.outbox.DB().Update(ctx, func(tx *sqldb.Tx) error { return f(s.In(tx)) })
}

// Look implements app.Data.
func (s *Store) Look(ctx context.Context, f func(app.Store) error) error {
	return s.outbox.DB().View(ctx, func(tx *sqldb.Tx) error { return f(s.Reading(tx)) })
}

// Glance implements app.Data.
func (s *Store) Glance(ctx context.Context, f func(app.Store) error) error {
	return s.outbox.DB().Look(ctx, func(tx *sqldb.Tx) error { return f(s.Reading(tx)) })
}

// kept is how long what is over is still there, for who looks after it.
const kept = 24 * time.Hour

// Sweep forgets what is over: sign-ins under way some minutes after their end, what was
// tried, printed and sent after a day, and sessions, visits and whose a paper form was after the terms
// of the rule.
// The newest session of an account stays, by which it is known when it was used; so do
// denials.
func (s *Store) Sweep(ctx context.Context, now time.Time, keep domain.KeepPolicy) error {
	for _, old := range []struct {
		query string
		age   time.Duration
	}{
		{`DELETE FROM flow WHERE ends_at < $1`, 10 * time.Minute},
		{`DELETE FROM link WHERE ends_at < $1`, kept}, {`DELETE FROM code WHERE ends_at < $1`, kept}, {`DELETE FROM sent_code WHERE ends_at < $1`, kept}, {`DELETE FROM made_alone WHERE made_at < $1`, kept},
		{`DELETE FROM accepted WHERE at < $1`, kept + 30*kept}, {`DELETE FROM proof_change WHERE at < $1`, 367 * kept},
		{`DELETE FROM tries WHERE last_at < $1 AND wait_until < $1`, kept}, {`DELETE FROM revocation WHERE at < $1`, kept},
		{`DELETE FROM session WHERE ends_at < $1 AND EXISTS (SELECT 1 FROM session n WHERE n.account = session.account AND n.number > session.number)`, keep.Sessions},
		{`DELETE FROM visit WHERE began_at < $1`, keep.Visits}, {`UPDATE paper_form SET worker = '' WHERE worker <> '' AND stated_at < $1`, keep.Visits},
	} {
		if err := s.outbox.DB().Update(ctx, func(tx *sqldb.Tx) error { _, err := tx.Exec(old.query, sqldb.Micros(now.Add(-old.age))); return err }); err != nil {
			return err
		}
	}
	return nil
}

// Reading returns the store within a transaction that only reads, and locks nothing.
func (s *Store) Reading(tx *sqldb.Tx) app.Store { return &inTx{s, tx, true} }

// inTx is the store within one transaction.
type inTx struct {
	*Store
	tx      *sqldb.Tx
	reading bool
}

// load loads a row by its key, and locks it where the transaction may write.
func load[T any](t *inTx, of *table.Of[T], key ...any) (T, error) {
	if t.reading {
		return of.Peek(t.tx, key...)
	}
	return of.Load(t.tx, key...)
}

// locked ends a query whose rows stay as they are while the transaction writes.
func locked[T any](t *inTx, of *table.Of[T]) string {
	if t.reading {
		return ""
	}
	return of.Lock(t.tx)
}

var accounts = table.New(table.Spec[domain.Account]{
	Table: "login_account",
	Columns: func(a *domain.Account) []table.Column {
		sole := a.Sole()
		if a.State == domain.Closed {
			sole = "closed " + a.ID // the number may be given out again
		}
		login := &a.Login
		if a.State == domain.Closed {
			login = new(string)
		}
		return []table.Column{
			table.Key("id", &a.ID), table.Fixed("kind", &a.Kind), table.Changing("subject", &a.Subject), table.Changing("login", table.Optional(login)),
			table.Changing("sole", &sole), table.Fixed("office", &a.Office), table.Fixed("responsible", &a.Responsible),
			table.Changing("seen", &a.Seen), table.Changing("state", &a.State), table.Changing("password_at", &a.PasswordAt),
			table.Changing("superseded_at", &a.Superseded), table.Changing("stopped_at", &a.Stopped), table.Changing("language", &a.Language),
			table.Fixed("opened_by", &a.OpenedBy), table.Fixed("opened_at", &a.OpenedAt), table.Version(&a.Version),
		}
	},
	About:   func(a *domain.Account) outbox.Subject { return outbox.Subject{Aggregate: a.ID} },
	Unknown: domain.ErrAccount,
	Twice:   domain.ErrTaken,
})

// Account loads and locks an account.
func (t *inTx) Account(id string) (domain.Account, error) { return load(t, accounts, id) }

// PeekAccount reads an account.
func (t *inTx) PeekAccount(id string) (domain.Account, error) { return accounts.Peek(t.tx, id) }

// AccountByLogin finds an account by what is typed.
func (t *inTx) AccountByLogin(login string) (domain.Account, bool, error) {
	if login == "" {
		return domain.Account{}, false, nil
	}
	return accounts.Find(t.tx, `WHERE login = $1`, login)
}

// AccountOf finds a person's account, under whichever reference it was opened.
func (t *inTx) AccountOf(worker string) (domain.Account, bool, error) {
	return accounts.Find(t.tx, `WHERE kind = 'worker' AND state <> 'closed' AND `+person.Whose("subject", 1)+` ORDER BY id`, worker)
}

// SaveAccount writes an account and its events.
func (t *inTx) SaveAccount(ctx context.Context, a domain.Account, events ...domain.Event) error {
	return accounts.Save(ctx, t.outbox, t.tx, a, events...)
}

// Administrators lists those that are not closed.
func (t *inTx) Administrators() ([]domain.Account, error) {
	return accounts.List(t.tx, `WHERE kind = 'administrator' AND state <> 'closed' ORDER BY id`+locked(t, accounts))
}

// EmployerUsers lists who signs in for an employer, oldest first.
func (t *inTx) EmployerUsers(employer string) ([]domain.Account, error) {
	return accounts.List(t.tx, `WHERE kind = 'employer' AND state <> 'closed' AND subject = $1 ORDER BY id`+locked(t, accounts), employer)
}

// EverHeld reports whether anybody ever held an administrators' office.
func (t *inTx) EverHeld(office string) (bool, error) {
	var n int
	err := t.tx.QueryRow(`SELECT count(*) FROM login_account WHERE kind = 'administrator' AND office = $1 AND password_at > 0`, office).Scan(&n)
	return n > 0, err
}

// AccountsOf lists a person's accounts, under whichever reference they were opened.
func (t *inTx) AccountsOf(worker string) ([]domain.Account, error) {
	return accounts.List(t.tx, `WHERE kind = 'worker' AND state <> 'closed' AND `+person.Whose("subject", 1)+` ORDER BY id`+locked(t, accounts), worker)
}

// AccountsWithin lists accounts that hold a right in a division which the reader's
// covers, newest first. A worker's is there by the reference, or not at all.
func (t *inTx) AccountsWithin(reader domain.Grants, all bool, ask domain.Asked, limit int) ([]domain.Account, error) {
	query := `WHERE ($1 = '' AND kind <> 'worker' OR $1 <> '' AND (login = $2 OR kind <> 'worker' AND (substr(subject, 1, length($2)) = $2 OR substr(login, 1, length($2)) = $2 OR subject = $1 OR substr(login, length(login) - length($2)) = '@' || $2)
			OR kind = 'worker' AND ` + person.Whose("subject", 1) + `))
		AND ($3 = '' OR kind = $3) AND ($4 = '' OR state = $4) AND ($5 = '' OR id < $5)`
	args := []any{ask.Find, domain.LoginName(ask.Find), ask.Kind, ask.State, ask.Before}
	if !all {
		where, of := t.heldWithin(reader, len(args)+1)
		query, args = query+` AND `+where, append(args, of...)
	}
	args = append(args, limit)
	return accounts.List(t.tx, query+fmt.Sprintf(` ORDER BY id DESC LIMIT $%d`, len(args)), args...)
}

// heldWithin is a condition: an account holds a right that the reader's cover.
func (t *inTx) heldWithin(reader domain.Grants, n int) (string, []any) {
	var held domain.Grants
	for _, department := range []string{"hrss", "edu", "hou", "ops"} {
		for _, g := range reader {
			held = append(held, domain.Grant{Role: g.Role, Department: department, Division: g.Division})
		}
	}
	where, args := held.Where([]string{domain.Administrator}, "g.department", "g.division", n)
	return `EXISTS (SELECT 1 FROM grant_of g WHERE g.account = login_account.id AND ` + where + `)`, args
}

// Grants lists what an account may do.
func (t *inTx) Grants(account string) (domain.Grants, error) {
	return sqldb.Collect(t.tx, func(s sqldb.Scanner) (g domain.Grant, err error) {
		return g, s.Scan(&g.Role, &g.Department, &g.Division)
	},
		`SELECT role, department, division FROM grant_of WHERE account = $1 ORDER BY role, department, division`, account)
}

// SetGrants says anew what an account may do.
func (t *inTx) SetGrants(account string, all domain.Grants) error {
	err := t.do(`DELETE FROM grant_of WHERE account = $1`, account)
	for _, g := range all {
		err = errors.Join(err, t.do(`INSERT INTO grant_of (account, role, department, division) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, account, g.Role, g.Department, g.Division))
	}
	return err
}

// do runs a statement whose count nobody needs.
func (t *inTx) do(query string, args ...any) error {
	_, err := t.tx.Exec(query, args...)
	return err
}

// did runs a statement and reports whether it changed a row.
func (t *inTx) did(query string, args ...any) (bool, error) {
	n, err := t.tx.Exec(query, args...)
	return n > 0, err
}

// found turns the absence of a row into false.
func found(err error) (bool, error) {
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// open opens what was sealed for a place.
func (s *Store) open(sealed []byte, place string) (string, error) {
	b, err := s.seal.Open(sealed, []byte(place))
	return string(b), err
}

func (s *Store) sealed(text, place string) []byte { return s.seal.Seal([]byte(text), []byte(place)) }

// Secret reads the hash of what somebody remembers. It is sealed too, so that who has
// the database alone cannot try.
func (t *inTx) Secret(account, kind string) (hash string, ok bool, err error) {
	var b []byte
	if ok, err = found(t.tx.QueryRow(`SELECT hash FROM secret WHERE account = $1 AND kind = $2`, account, kind).Scan(&b)); !ok {
		return "", false, err
	}
	hash, err = t.open(b, "secret "+account+" "+kind)
	return hash, err == nil, err
}

// SetSecret writes it.
func (t *inTx) SetSecret(account, kind, hash string, at time.Time) error {
	return t.do(`INSERT INTO secret (account, kind, hash, set_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (account, kind) DO UPDATE SET hash = excluded.hash, set_at = excluded.set_at`, account, kind, t.sealed(hash, "secret "+account+" "+kind), sqldb.Micros(at))
}

// Totp reads the secret of a second factor.
func (t *inTx) Totp(account string) (secret string, ok bool, err error) {
	var b []byte
	if ok, err = found(t.tx.QueryRow(`SELECT secret FROM totp WHERE account = $1`, account).Scan(&b)); !ok {
		return "", false, err
	}
	secret, err = t.open(b, "totp "+account)
	return secret, err == nil, err
}

// SetTotp writes it; no step of it was used.
func (t *inTx) SetTotp(account, secret string) error {
	return t.do(`INSERT INTO totp (account, secret, last_step) VALUES ($1, $2, 0)
		ON CONFLICT (account) DO UPDATE SET secret = excluded.secret, last_step = 0`, account, t.sealed(secret, "totp "+account))
}

// UseStep uses a step up, and with it all before.
func (t *inTx) UseStep(account string, step int64) (bool, error) {
	return t.did(`UPDATE totp SET last_step = $1 WHERE account = $2 AND last_step < $1`, step, account)
}

// UsePaper uses a code on paper up.
func (t *inTx) UsePaper(account string, index []byte, now time.Time) (bool, error) {
	return t.did(`UPDATE paper_code SET used_at = $1 WHERE account = $2 AND code_index = $3 AND used_at = 0`, sqldb.Micros(now), account, index)
}

// SetPaper replaces the codes on paper.
func (t *inTx) SetPaper(account string, indexes [][]byte) error {
	err := t.do(`DELETE FROM paper_code WHERE account = $1`, account)
	for _, index := range indexes {
		err = errors.Join(err, t.do(`INSERT INTO paper_code (account, code_index, used_at) VALUES ($1, $2, 0)`, account, index))
	}
	return err
}

// Passkeys lists an account's passkeys, oldest first.
func (t *inTx) Passkeys(account string) ([]app.Passkey, error) {
	return sqldb.Collect(t.tx, func(s sqldb.Scanner) (p app.Passkey, err error) {
		var sealed, name []byte
		var made, used int64
		if err = s.Scan(&p.ID, &sealed, &p.Count, &name, &made, &used); err != nil {
			return p, err
		}
		p.Made, p.Used = sqldb.Time(made), sqldb.Time(used)
		if len(name) > 0 { // one of before has none
			if p.Name, err = t.open(name, "passkey name "+account); err != nil {
				return p, err
			}
		}
		p.Credential, err = t.open(sealed, "passkey "+account)
		return p, err
	}, `SELECT id, credential, uses, name, made_at, used_at FROM passkey WHERE account = $1 ORDER BY made_at, id`, account)
}

// PasskeyOwner finds whose a passkey is.
func (t *inTx) PasskeyOwner(id []byte) (account string, ok bool, err error) {
	ok, err = found(t.tx.QueryRow(`SELECT account FROM passkey WHERE id = $1`, id).Scan(&account))
	return account, ok, err
}

// SavePasskey writes a passkey; one of another account is never taken over.
func (t *inTx) SavePasskey(account string, p app.Passkey) error {
	wrote, err := t.did(`INSERT INTO passkey (id, account, credential, uses, name, made_at, used_at) VALUES ($1, $2, $3, $4, $7, $5, $6)
		ON CONFLICT (id) DO UPDATE SET credential = excluded.credential, uses = excluded.uses, used_at = excluded.used_at WHERE passkey.account = excluded.account`,
		p.ID, account, t.sealed(p.Credential, "passkey "+account), p.Count, sqldb.Micros(p.Made), sqldb.Micros(p.Used), t.sealed(p.Name, "passkey name "+account))
	if err == nil && !wrote {
		err = domain.ErrPasskey
	}
	return err
}

// NamePasskey says anew what a passkey is called.
func (t *inTx) NamePasskey(account string, id []byte, name string) error {
	return t.do(`UPDATE passkey SET name = $1 WHERE account = $2 AND id = $3`, t.sealed(name, "passkey name "+account), account, id)
}

// DropPasskey takes a passkey away.
func (t *inTx) DropPasskey(account string, id []byte) error {
	return t.do(`DELETE FROM passkey WHERE account = $1 AND id = $2`, account, id)
}

// SecretAt is when what somebody remembers was set; the zero time is never.
func (t *inTx) SecretAt(account, kind string) (time.Time, error) {
	var at int64
	_, err := found(t.tx.QueryRow(`SELECT set_at FROM secret WHERE account = $1 AND kind = $2`, account, kind).Scan(&at))
	return sqldb.Time(at), err
}

// Papers counts the codes on paper that were not used.
func (t *inTx) Papers(account string) (n int, err error) {
	return n, t.tx.QueryRow(`SELECT count(*) FROM paper_code WHERE account = $1 AND used_at = 0`, account).Scan(&n)
}

var proofChanges = table.New(table.Spec[domain.ProofChange]{
	Table: "proof_change",
	Columns: func(c *domain.ProofChange) []table.Column {
		return []table.Column{
			table.Key("id", &c.ID), table.Fixed("account", &c.Account), table.Fixed("at", &c.At), table.Fixed("proof", &c.Proof), table.Fixed("removed", &c.Removed), table.Fixed("device", &c.Device),
		}
	},
})

// SaveProofChange writes that a way to sign in was set up or taken away, and what a worker is told of it.
func (t *inTx) SaveProofChange(ctx context.Context, c domain.ProofChange, worker string) error {
	if err := proofChanges.Put(t.tx, c); err != nil || worker == "" {
		return err
	}
	return t.Happened(ctx, c.ID, worker, c.Event())
}

// ProofChanges lists what was changed since a time, newest first.
func (t *inTx) ProofChanges(account string, since time.Time) ([]domain.ProofChange, error) {
	return proofChanges.List(t.tx, `WHERE account = $1 AND at > $2 ORDER BY at DESC, id DESC LIMIT 50`, account, sqldb.Micros(since))
}

// DropCredentials takes every way to sign in away.
func (t *inTx) DropCredentials(account string) error {
	return errors.Join(
		t.do(`DELETE FROM secret WHERE account = $1`, account), t.do(`DELETE FROM totp WHERE account = $1`, account), t.do(`DELETE FROM paper_code WHERE account = $1`, account),
		t.do(`DELETE FROM passkey WHERE account = $1`, account), t.do(`DELETE FROM outside WHERE account = $1`, account), t.do(`DELETE FROM flow WHERE account = $1`, account))
}

var tries = table.New(table.Spec[domain.Tries]{
	Table: "tries",
	Columns: func(t *domain.Tries) []table.Column {
		return []table.Column{table.Key("tried", &t.Key), table.Changing("failed", &t.Failed), table.Changing("last_at", &t.Last), table.Changing("wait_until", &t.Until)}
	},
})

// Tries loads and locks what was tried under a key; tries at the same time come one
// after the other.
func (t *inTx) Tries(key []byte) (domain.Tries, error) {
	if err := t.tx.Lock("tries " + hex.EncodeToString(key)); err != nil {
		return domain.Tries{}, err
	}
	found, ok, err := tries.Find(t.tx, `WHERE tried = $1`, key)
	if !ok {
		found = domain.Tries{Key: key}
	}
	return found, err
}

// SaveTries writes it.
func (t *inTx) SaveTries(one domain.Tries) error { return tries.Put(t.tx, one) }

func flows(seal outbox.Sealer) *table.Of[domain.Flow] {
	return table.New(table.Spec[domain.Flow]{
		Table: "flow",
		Columns: func(f *domain.Flow) []table.Column {
			return []table.Column{
				table.Key("hash", &f.Hash), table.Fixed("kind", &f.Kind), table.Changing("account", &f.Account),
				table.Changing("held", table.Sealed(seal, func() string { return "flow " + string(f.Hash) }, func() string { return f.Held }, func(s string) error { f.Held = s; return nil })),
				table.Fixed("code", &f.Code), table.Changing("days", &f.Days), table.Fixed("ends_at", &f.Ends),
			}
		},
		Unknown: domain.ErrFlow,
	})
}

// SaveFlow writes a flow.
func (t *inTx) SaveFlow(f domain.Flow) error { return t.flows.Put(t.tx, f) }

// Flow loads and locks a flow.
func (t *inTx) Flow(hash []byte) (domain.Flow, error) { return load(t, t.flows, hash) }

// FlowByCode finds a device's flow by what its user reads out.
func (t *inTx) FlowByCode(code []byte) (domain.Flow, error) {
	f, ok, err := t.flows.Find(t.tx, `WHERE code = $1`+locked(t, t.flows), code)
	if err == nil && !ok {
		err = domain.ErrDevice
	}
	return f, err
}

// DropFlow ends a flow.
func (t *inTx) DropFlow(hash []byte) (bool, error) {
	return t.did(`DELETE FROM flow WHERE hash = $1`, hash)
}

// DropTyped forgets what an account typed, but for the newest few.
func (t *inTx) DropTyped(account string, but int) error {
	return t.do(`DELETE FROM flow WHERE kind = $1 AND account = $2 AND hash NOT IN (SELECT hash FROM flow WHERE kind = $1 AND account = $2 ORDER BY ends_at DESC LIMIT $3)`, domain.FlowTyped, account, but)
}

// DropDevices ends the flows of devices that an account approved, or "" everybody.
func (t *inTx) DropDevices(of string) error {
	return t.do(`DELETE FROM flow WHERE kind = $1 AND account <> '' AND (account = $2 OR $2 = '')`, domain.FlowDevice, of)
}

// DropCodes takes back what counters printed for a person.
func (t *inTx) DropCodes(worker string) error {
	return t.do(`DELETE FROM code WHERE `+person.Whose("worker", 1), worker)
}

// Closed reports whether a worker closed the account at the registry.
func (t *inTx) Closed(worker string) (bool, error) { return account.Closed(t.tx, worker) }

// Living returns account.ErrDeceased where a worker's death is recorded.
func (t *inTx) Living(worker string) error { return account.Living(t.tx, worker) }

// OneByOne has those that say one name come one after the other.
func (t *inTx) OneByOne(name string) error { return t.tx.Lock("identity " + name) }

func links(seal outbox.Sealer) *table.Of[domain.Link] {
	return table.New(table.Spec[domain.Link]{
		Table: "link",
		Columns: func(l *domain.Link) []table.Column {
			return []table.Column{
				table.Key("hash", &l.Hash), table.Fixed("account", &l.Account),
				table.Fixed("secret", table.Sealed(seal, func() string { return "link " + string(l.Hash) }, func() string { return l.Secret }, func(s string) error { l.Secret = s; return nil })),
				table.Fixed("ends_at", &l.Ends), table.Changing("used_at", &l.Used), table.Changing("act", &l.Act),
			}
		},
		Unknown: domain.ErrLink,
	})
}

// SaveLink writes a link.
func (t *inTx) SaveLink(l domain.Link) error { return t.links.Put(t.tx, l) }

// Link loads and locks a link.
func (t *inTx) Link(hash []byte) (domain.Link, error) { return load(t, t.links, hash) }

// DropLinks takes the links of an account back.
func (t *inTx) DropLinks(account string) error {
	return t.do(`DELETE FROM link WHERE account = $1`, account)
}

var outsides = table.New(table.Spec[domain.OutsideLink]{
	Table: "outside",
	Columns: func(o *domain.OutsideLink) []table.Column {
		return []table.Column{
			table.Key("source", &o.Source), table.Key("subject_index", &o.Subject), table.Fixed("account", &o.Account), table.Fixed("made_at", &o.Made), table.Changing("opens_at", &o.Opens),
		}
	},
})

// Outside finds whose account is joined to whom another office names.
func (t *inTx) Outside(source string, subject []byte) (domain.OutsideLink, bool, error) {
	return outsides.Find(t.tx, `WHERE source = $1 AND subject_index = $2`, source, subject)
}

// Outsides lists what is joined to an account.
func (t *inTx) Outsides(account string) ([]domain.OutsideLink, error) {
	return outsides.List(t.tx, `WHERE account = $1 ORDER BY source, subject_index`, account)
}

// SaveOutside says whose account belongs to whom another office names; never two. It may
// open the same account earlier than was said before.
func (t *inTx) SaveOutside(o domain.OutsideLink) error {
	before, there, err := t.Outside(o.Source, o.Subject)
	if err != nil {
		return err
	}
	if there && before.Opens.Before(o.Opens) {
		o.Opens = before.Opens
	}
	wrote, err := outsides.PutWhere(t.tx, `outside.account = excluded.account`, o)
	if err == nil && !wrote {
		err = domain.ErrTaken
	}
	return err
}

// DropOutside parts the two.
func (t *inTx) DropOutside(o domain.OutsideLink) error {
	return t.do(`DELETE FROM outside WHERE source = $1 AND subject_index = $2 AND account = $3`, o.Source, o.Subject, o.Account)
}
