// Package store keeps accounts, proofs and sessions in SQL, the same statements for
// SQLite and PostgreSQL. No secret stands in it in the clear: what is long is hashed,
// what is short is hashed under a key, and what must be read again is sealed.
package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"time"

	"github.com/qiao-platform/qiao/pkg/account"
	"github.com/qiao-platform/qiao/pkg/outbox"
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

// Closed reports whether a worker closed the account at the registry.
func (t *inTx) Closed(worker string) (bool, error) { return account.Closed(t.tx, worker) }

// Living returns account.ErrDeceased where a worker's death is recorded.
func (t *inTx) Living(worker string) error { return account.Living(t.tx, worker) }

// OneByOne has those that say one name come one after the other.
func (t *inTx) OneByOne(name string) error { return t.tx.Lock("identity " + name) }
