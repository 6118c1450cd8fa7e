// Package sqldb opens a service's database and runs its transactions: SQLite
// with one writer that lets waiting commands share a synchronous commit, or
// PostgreSQL with a pool. Services see one interface and one SQL subset: $1
// placeholders, RETURNING, ON CONFLICT, times as integer microseconds.
package sqldb

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/qiao-platform/qiao/pkg/errs"
)

// Errors of this package. They are retryable: nothing was changed.
var (
	ErrUnavailable = errs.New(errs.Unavailable, "storage.unavailable", "The storage is not reachable; nothing was changed.")
	ErrFull        = errs.New(errs.Unavailable, "storage.full", "The storage is full; nothing was changed.")
	ErrLost        = errs.New(errs.Unavailable, "storage.transaction_lost", "The transaction was lost; nothing was changed.")
	ErrClosed      = errs.New(errs.Unavailable, "storage.closed", "The service is stopping; nothing was changed.")
	ErrText        = errs.New(errs.Invalid, "storage.text", "The text holds a character that cannot be stored.")
	ErrDeadline    = errs.New(errs.Deadline, "storage.deadline", "The time for this request ran out before it was begun.")
	// ErrUncertain is a commit whose outcome is not known; repeat the command with the same idempotency key.
	ErrUncertain = errs.New(errs.Deadline, "storage.uncertain", "Whether the change was saved is not known; send it again with the same key.")
)

// DB is one service's database.
type DB struct {
	dialect Dialect
	engine  engine
	pool    *sql.DB // for migrations and PostgreSQL
	trouble atomic.Pointer[trouble]
	calm    time.Duration // 0 is calm
}

// calm is how long a storage that was full must take all that is written before
// it counts as well: on a full disk a lease is still prolonged in its place,
// while everything that needs room is refused.
const calm = 30 * time.Second

// trouble is why the storage does not take what is written, since when, and
// when it was full last.
type trouble struct {
	code        string
	since, full time.Time
}

// Trouble is the code of the error for which something could not be written
// last, and since when; "" where all is well.
func (d *DB) Trouble() (code string, since time.Time) {
	if t := d.trouble.Load(); t != nil {
		return t.code, t.since
	}
	return "", time.Time{}
}

// note remembers whether a write, or a read, found the storage out of order.
func (d *DB) note(err error, wrote bool) error {
	was, now := d.trouble.Load(), time.Now()
	full := was != nil && now.Sub(was.full) < cmp.Or(d.calm, calm)
	switch {
	case errors.Is(err, ErrFull):
		t := &trouble{ErrFull.Code, now, now}
		if was != nil {
			t.since = was.since
		}
		d.trouble.CompareAndSwap(was, t)
	case full: // and a server that ends now does so for want of room
	case errors.Is(err, ErrUnavailable), errors.Is(err, ErrLost):
		if code := errs.CodeOf(err); was == nil || was.code != code {
			t := &trouble{code: code, since: now}
			if was != nil {
				t.since = was.since
			}
			d.trouble.CompareAndSwap(was, t)
		}
	case err == nil && was != nil && wrote:
		d.trouble.CompareAndSwap(was, nil)
	}
	return err
}

// engine is what really differs between the two databases when running transactions.
type engine interface {
	update(ctx context.Context, fn func(*Tx) error) error
	view(ctx context.Context, fn func(*Tx) error) error
	look(ctx context.Context, fn func(*Tx) error) error
	close() error
}

// Open opens "sqlite:FILE" or "postgres://…". The SQLite file is made where it
// does not exist; its folder must.
func Open(ctx context.Context, url string) (*DB, error) {
	switch {
	case strings.HasPrefix(url, "sqlite:"):
		return openSQLite(ctx, strings.TrimPrefix(url, "sqlite:"))
	case strings.HasPrefix(url, "postgres://"), strings.HasPrefix(url, "postgresql://"):
		return openPostgres(ctx, url)
	}
	return nil, fmt.Errorf("database: the address must begin with sqlite: or postgres://")
}

// Dialect tells which database this is.
func (d *DB) Dialect() Dialect { return d.dialect }

// Update runs fn in a read-write transaction and returns when it is durable.
// fn must not call other services, must not keep the Tx, and may run again
// after a serialisation failure. An error from fn rolls back fn's changes alone.
func (d *DB) Update(ctx context.Context, fn func(*Tx) error) error {
	if err := ctx.Err(); err != nil {
		return ErrDeadline.Because(err)
	}
	wrote := false
	err := d.dialect.classify(d.engine.update(ctx, func(tx *Tx) error {
		tx.counted, tx.updates = counted(ctx), true
		err := fn(tx)
		if err == nil {
			err = tx.end()
		}
		wrote = tx.Wrote()
		return err
	}))
	return d.note(err, wrote)
}

// View runs fn on a consistent snapshot. Keep it short: an open reader keeps
// the SQLite log from being folded back.
func (d *DB) View(ctx context.Context, fn func(*Tx) error) error {
	if err := ctx.Err(); err != nil {
		return ErrDeadline.Because(err)
	}
	return d.note(d.dialect.classify(d.engine.view(ctx, counting(ctx, fn))), false)
}

// Look runs one query that needs no other's snapshot, without the statements
// that open and close a transaction: half of what a look at one row costs, and
// on PostgreSQL two round trips of three. A second query, or a change, is refused.
func (d *DB) Look(ctx context.Context, fn func(*Tx) error) error {
	if err := ctx.Err(); err != nil {
		return ErrDeadline.Because(err)
	}
	return d.note(d.dialect.classify(d.engine.look(ctx, counting(ctx, fn))), false)
}

type countKey struct{}

// Counted returns a context under which statements are counted: of two answers that
// nobody is to tell apart, neither asks the database more often.
func Counted(ctx context.Context, n *atomic.Int64) context.Context {
	return context.WithValue(ctx, countKey{}, n)
}

func counted(ctx context.Context) *atomic.Int64 {
	n, _ := ctx.Value(countKey{}).(*atomic.Int64)
	return n
}

func counting(ctx context.Context, fn func(*Tx) error) func(*Tx) error {
	return func(tx *Tx) error {
		tx.counted = counted(ctx)
		return fn(tx)
	}
}

// Close waits for running transactions and closes the database.
func (d *DB) Close() error {
	return errors.Join(d.engine.close(), d.pool.Close())
}

// Tx is a running transaction. Its statements run on the transaction's own
// context, so that a caller who goes away cannot tear a shared commit.
type Tx struct {
	ctx       context.Context
	run       runner
	dialect   Dialect
	committed []func()
	updates   bool // and no View or Look, which have no end to write at
	ends      []ending
	wrote     bool
	looks     looks
	counted   *atomic.Int64

	// queue holds the statements that PostgreSQL has not been sent yet; send is
	// nil on SQLite, where a round trip costs nothing.
	queue     []statement
	send      func([]statement) error
	sendError error // the transaction cannot commit
}

// looks says whether there is no transaction, but one query.
type looks int

const (
	inside looks = iota // a transaction
	before              // the one query
	after
)

// one lets the one query of a Look pass. It panics where there is another, or a
// change, which only a programmer can write; protect makes an error of it.
func (t *Tx) one(query string) {
	if t.counted != nil {
		t.counted.Add(1)
	}
	if t.looks == inside {
		return
	}
	if t.looks == after || !strings.HasPrefix(query, "SELECT") {
		panic("sqldb: a Look is for one SELECT")
	}
	t.looks = after
}

type statement struct {
	query string
	args  []any
}

// runner is the part of *sql.Tx that a Tx needs.
type runner interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Dialect tells which database this is.
func (t *Tx) Dialect() Dialect { return t.dialect }

// Exec runs a statement and returns how many rows it changed.
func (t *Tx) Exec(query string, args ...any) (int64, error) {
	t.one(query)
	if err := storable(args); err != nil {
		return 0, err
	}
	if err := t.flush(); err != nil {
		return 0, err
	}
	r, err := t.run.ExecContext(t.ctx, query, args...)
	if err != nil {
		return 0, err
	}
	n, err := r.RowsAffected()
	t.wrote = t.wrote || n > 0 && !strings.HasPrefix(query, "SELECT") // PostgreSQL counts the rows of a lock by name too
	return n, err
}

// Queue runs a statement whose outcome nobody waits for: on PostgreSQL it is
// sent with others, at the next statement that is not queued or at the commit,
// and its error fails the transaction then.
func (t *Tx) Queue(query string, args ...any) error {
	if t.send == nil {
		_, err := t.Exec(query, args...)
		return err
	}
	if err := storable(args); err != nil {
		return err
	}
	t.queue, t.wrote = append(t.queue, statement{query, args}), t.wrote || !strings.HasPrefix(query, "SELECT")
	return nil
}

// flush sends what is queued.
func (t *Tx) flush() error {
	if len(t.queue) == 0 || t.sendError != nil {
		return t.sendError
	}
	t.sendError = t.send(t.queue)
	t.queue = t.queue[:0]
	return t.sendError
}

func storable(args []any) error {
	for _, a := range args {
		if s, ok := a.(string); ok && strings.IndexByte(s, 0) >= 0 { // PostgreSQL cannot store it; SQLite must not differ
			return ErrText
		}
	}
	return nil
}

// Wrote reports whether the transaction may have changed a row so far. One that
// has not costs nothing to commit.
func (t *Tx) Wrote() bool { return t.wrote }

// QueryRow runs a query for one row; Scan gives sql.ErrNoRows where there is none.
func (t *Tx) QueryRow(query string, args ...any) *sql.Row {
	t.one(query)
	t.wrote = t.wrote || strings.Contains(query, "RETURNING")
	_ = t.flush() // the row's Scan fails where it did, and so does the transaction
	return t.run.QueryRowContext(t.ctx, query, args...)
}

// Query runs a query; the caller closes the rows. Prefer Collect.
func (t *Tx) Query(query string, args ...any) (*sql.Rows, error) {
	t.one(query)
	t.wrote = t.wrote || strings.Contains(query, "RETURNING")
	if err := t.flush(); err != nil {
		return nil, err
	}
	return t.run.QueryContext(t.ctx, query, args...)
}

// Lock holds a name from the next statement until the transaction ends: two
// transactions that lock the same name run one after the other. SQLite's single
// writer needs no lock.
func (t *Tx) Lock(name string) error {
	if t.dialect != Postgres {
		return nil
	}
	return t.Queue(`SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, name)
}

// ending is what a transaction does last.
type ending struct {
	order string
	do    func() error
}

// AtEnd has do write when all else of the transaction is done, in the order of texts
// whatever the order in which it was asked for: what many transactions write, each for
// several people, and nothing within them reads. Of two that would else wait for each
// other's rows, one waits. Only an Update has such an end: it panics elsewhere, which
// only a programmer can write.
func (t *Tx) AtEnd(order string, do func() error) {
	if !t.updates {
		panic("sqldb: what is written at the end is for an Update")
	}
	t.ends, t.wrote = append(t.ends, ending{order, do}), true
}

func (t *Tx) end() error {
	slices.SortStableFunc(t.ends, func(a, b ending) int { return strings.Compare(a.order, b.order) })
	for _, e := range t.ends {
		if err := e.do(); err != nil {
			return err
		}
	}
	return nil
}

// OnCommit runs f once the transaction is durable, on the caller's goroutine.
// f must be quick and must not fail.
func (t *Tx) OnCommit(f func()) { t.committed = append(t.committed, f) }

// Collect runs a query and scans each row with scan.
func Collect[T any](t *Tx, scan func(Scanner) (T, error), query string, args ...any) (all []T, err error) {
	rows, err := t.Query(query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, rows.Err()
}

// Scanner is a row: *sql.Row or *sql.Rows.
type Scanner interface{ Scan(dest ...any) error }

// Micros turns a time into its stored form: UTC microseconds, 0 for the zero time.
func Micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// Time is the inverse of Micros.
func Time(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}

// protect runs fn and turns a panic into an error, so that one command cannot
// take its neighbours in a shared commit with it.
func protect(tx *Tx, fn func(*Tx) error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = errs.ErrInternal.Because(fmt.Errorf("panic in a transaction: %v\n%s", r, stack()))
		}
	}()
	return fn(tx)
}
