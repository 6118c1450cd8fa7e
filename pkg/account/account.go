// Package account is what every service keeps of people's accounts: that there
// is one, and that it was closed. For an account that was closed nothing opens
// any more, in whatever order the events come; for one that the registry does
// not know, nothing opens either.
package account

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/pkg/sqldb"
)

// Errors of this package.
var (
	ErrUnknown = errs.New(errs.NotFound, "account.unknown", "There is no such registered person.")
	ErrClosed  = errs.New(errs.NotFound, "account.closed", "This account was closed; nothing opens for it any more.")
)

// lock makes what opens for a worker and the closing of the account run one
// after the other.
func lock(tx *sqldb.Tx, worker string) error { return person.Lock(tx, locked, worker) }

// locked names what of a person is locked.
const locked = "account"

// Lock locks several workers' accounts, in the order that all keep. Who then opens
// something for each, closes one, or records a death, waits for nobody.
func Lock(tx *sqldb.Tx, workers ...string) error { return person.LockAll(tx, locked, workers...) }

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
	k, err := read(tx, worker)
	return k.closed, err
}

// kept is what the service's own tables say of a worker.
type kept struct{ known, closed, died bool }

func read(tx *sqldb.Tx, worker string) (k kept, err error) {
	var closed int64
	err = tx.QueryRow(`SELECT coalesce((SELECT max(closed) FROM account WHERE `+person.Whose("account.worker", 1)+`), -1), `+recorded, worker).Scan(&closed, &k.died)
	k.known, k.closed = closed >= 0, closed > 0
	return k, err
}

// Standing is what the registry says of an account.
type Standing struct {
	Known, Closed bool
	kept          bool // the service's own table says so
}

// Asker asks the registry about workers; one who is not in the answer is not known.
type Asker func(ctx context.Context, workers []string) (map[string]Standing, error)

const (
	// seenMost bounds what a book remembers beside its table.
	seenMost = 100_000
	// askedMost is how many workers are asked about at once, and askTime how
	// long their answer may take.
	askedMost = 64
	askTime   = 10 * time.Second
)

// Book answers for one service whether a worker has an account. What the
// registry said once holds until the account is closed. Who asks while a
// question is under way is asked about with the others in the next one, so that
// an import costs a call for many people and not one for each.
type Book struct {
	db      *sqldb.DB
	ask     Asker
	mu      sync.Mutex      // guards what follows
	seen    map[string]bool // whether the table has the worker too
	waiting []*question
	asking  bool
}

// question is one caller's, and its answer.
type question struct {
	ctx    context.Context
	worker string
	done   chan struct{}
	err    error
}

// NewBook returns the book of a service; with a nil asker every worker without
// a tombstone is taken as known, as where a service runs without a registry.
func NewBook(db *sqldb.DB, ask Asker) *Book {
	return &Book{db: db, ask: ask, seen: map[string]bool{}}
}

// Know makes sure that there is such a worker, or returns ErrUnknown or
// ErrClosed. It is called before a transaction begins, since it may have to ask.
func (b *Book) Know(ctx context.Context, worker string) error {
	if b.ask == nil {
		return nil
	}
	b.mu.Lock()
	if _, ok := b.seen[worker]; ok {
		b.mu.Unlock()
		return nil
	}
	q := &question{ctx: ctx, worker: worker, done: make(chan struct{})}
	b.waiting = append(b.waiting, q)
	if !b.asking {
		b.asking = true
		go b.answer()
	}
	b.mu.Unlock()
	select {
	case <-q.done:
		return q.err
	case <-ctx.Done():
		return sqldb.ErrDeadline.Because(ctx.Err())
	}
}

// answer asks for those who wait until nobody does.
func (b *Book) answer() {
	for {
		b.mu.Lock()
		n := min(len(b.waiting), askedMost)
		if n == 0 {
			b.waiting, b.asking = nil, false
			b.mu.Unlock()
			return
		}
		all := slices.Clone(b.waiting[:n])
		b.waiting = slices.Delete(b.waiting, 0, n)
		b.mu.Unlock()
		b.together(all)
	}
}

// together answers some questions, all with one call. What the first of them
// belongs to is what the call is traced as; its end is not the others'.
func (b *Book) together(all []*question) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(all[0].ctx), askTime)
	defer cancel()
	said, err := b.standing(ctx, all)
	if len(all) > 1 && errs.KindOf(err) == errs.Invalid { // one of them is no reference; the others must not suffer for it
		for _, q := range all {
			b.together([]*question{q})
		}
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, q := range all {
		switch s := said[q.worker]; {
		case err != nil && !s.kept: // whom the table knows needs no answer
			q.err = err
		case !s.Known:
			q.err = ErrUnknown
		case s.Closed:
			q.err = ErrClosed
		default:
			if len(b.seen) >= seenMost {
				clear(b.seen)
			}
			b.seen[q.worker] = s.kept
		}
		close(q.done)
	}
}

// standing looks into the table, and asks about those whom it does not have.
func (b *Book) standing(ctx context.Context, all []*question) (map[string]Standing, error) {
	said, strange := map[string]Standing{}, []string(nil)
	err := b.db.View(ctx, func(tx *sqldb.Tx) error {
		clear(said)
		strange = strange[:0]
		for _, q := range all {
			k, err := read(tx, q.worker)
			if err != nil {
				return err
			}
			if said[q.worker] = (Standing{k.known, k.closed, k.known}); !k.known {
				strange = append(strange, q.worker)
			}
		}
		return nil
	})
	if err != nil || len(strange) == 0 {
		return said, err
	}
	slices.Sort(strange)
	asked, err := b.ask(ctx, slices.Compact(strange))
	maps.Copy(said, asked)
	return said, err
}

// Admit writes down, in the transaction of a command, that the worker is known,
// and returns ErrClosed where the account was closed meanwhile. Where the command
// is in the worker's own name it returns ErrDeceased for who is recorded as dead.
func (b *Book) Admit(tx *sqldb.Tx, worker string, named bool) error {
	if err := lock(tx, worker); err != nil {
		return err
	}
	if kept, asked := b.kept(worker); asked && !kept { // most often new here
		n, err := tx.Exec(`INSERT INTO account (worker, closed) SELECT CAST($1 AS TEXT), 0 WHERE NOT `+recorded+`
			AND NOT EXISTS (SELECT 1 FROM account WHERE closed = 1 AND `+person.Others("account.worker", 1)+`) ON CONFLICT (worker) DO NOTHING`, worker)
		if err != nil || n > 0 {
			tx.OnCommit(func() { b.keep(worker) })
			return err
		}
	}
	k, err := read(tx, worker)
	if err != nil {
		return err
	}
	switch {
	case k.closed:
		return ErrClosed
	case k.died && named:
		return ErrDeceased
	}
	if k.known { // another process wrote it down
		tx.OnCommit(func() { b.keep(worker) })
	}
	if k.known || b.ask == nil {
		return nil
	}
	_, err = tx.Exec(`INSERT INTO account (worker, closed) VALUES ($1, 0) ON CONFLICT (worker) DO NOTHING`, worker)
	return err
}

// kept reports what the book remembers of a worker: whether the table has it,
// and whether it was asked about.
func (b *Book) kept(worker string) (kept, asked bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	kept, asked = b.seen[worker]
	return kept, asked
}

// keep remembers that the table has a worker.
func (b *Book) keep(worker string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, ok := b.seen[worker]; ok {
		b.seen[worker] = true
	}
}
