// Package account is what every service keeps of people's accounts: that there
// is one, and that it was closed. For an account that was closed nothing opens
// any more, in whatever order the events come; for one that the registry does
// not know, nothing opens either.
package account

import (
	"context"
	"database/sql"
	"errors"
	"sync"

	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/sqldb"
)

// Errors of this package.
var (
	ErrUnknown = errs.New(errs.NotFound, "account.unknown", "There is no such registered person.")
	ErrClosed  = errs.New(errs.NotFound, "account.closed", "This account was closed; nothing opens for it any more.")
)

// lock makes what opens for a worker and the closing of the account run one
// after the other.
func lock(tx *sqldb.Tx, worker string) error { return tx.Lock("account " + worker) }

// Close leaves the tombstone of a closed account. Call it before ending what
// is open, in the same transaction.
func Close(tx *sqldb.Tx, worker string) error {
	if worker == "" {
		return nil
	}
	if err := lock(tx, worker); err != nil {
		return err
	}
	_, err := tx.Exec(`INSERT INTO account (worker, closed) VALUES ($1, 1) ON CONFLICT (worker) DO UPDATE SET closed = 1`, worker)
	return err
}

// Closed reports whether the worker's account is known to be closed. Until the
// transaction ends it cannot be closed meanwhile.
func Closed(tx *sqldb.Tx, worker string) (bool, error) {
	if err := lock(tx, worker); err != nil {
		return false, err
	}
	_, closed, err := read(tx, worker)
	return closed, err
}

func read(tx *sqldb.Tx, worker string) (known, closed bool, err error) {
	var n int64
	err = tx.QueryRow(`SELECT closed FROM account WHERE worker = $1`, worker).Scan(&n)
	if errors.Is(err, sql.ErrNoRows) {
		return false, false, nil
	}
	return err == nil, n != 0, err
}

// Asker asks the registry whether it knows a worker, and as closed.
type Asker func(ctx context.Context, worker string) (known, closed bool, err error)

// Book answers for one service whether a worker has an account. What the
// registry said once holds until the account is closed.
type Book struct {
	db   *sqldb.DB
	ask  Asker
	mu   sync.Mutex
	seen map[string]struct{}
}

// NewBook returns the book of a service; with a nil asker every worker without
// a tombstone is taken as known, as where a service runs without a registry.
func NewBook(db *sqldb.DB, ask Asker) *Book {
	return &Book{db: db, ask: ask, seen: map[string]struct{}{}}
}

// seenMost bounds what a book remembers beside its table.
const seenMost = 100_000

// Know makes sure that there is such a worker, or returns ErrUnknown or
// ErrClosed. It is called before a transaction begins, since it may have to ask.
func (b *Book) Know(ctx context.Context, worker string) error {
	b.mu.Lock()
	_, ok := b.seen[worker]
	b.mu.Unlock()
	if ok || b.ask == nil {
		return nil
	}
	var known, closed bool
	err := b.db.View(ctx, func(tx *sqldb.Tx) (err error) {
		known, closed, err = read(tx, worker)
		return err
	})
	if err != nil {
		return err
	}
	if !known {
		if known, closed, err = b.ask(ctx, worker); err != nil {
			return err
		}
	}
	switch {
	case !known:
		return ErrUnknown
	case closed:
		return ErrClosed
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.seen) >= seenMost {
		clear(b.seen)
	}
	b.seen[worker] = struct{}{}
	return nil
}

// Admit writes down, in the transaction of a command, that the worker is known,
// and returns ErrClosed where the account was closed meanwhile.
func (b *Book) Admit(tx *sqldb.Tx, worker string) error {
	if err := lock(tx, worker); err != nil {
		return err
	}
	known, closed, err := read(tx, worker)
	if err != nil {
		return err
	}
	if closed {
		return ErrClosed
	}
	if known || b.ask == nil {
		return nil
	}
	_, err = tx.Exec(`INSERT INTO account (worker, closed) VALUES ($1, 0) ON CONFLICT (worker) DO NOTHING`, worker)
	return err
}
