// Package table keeps the things of a department in their tables, once for both
// databases: a service says which columns hold which fields, and loads, locks,
// reads and saves them with their version and their events. What a service asks
// beyond that is SQL of its own.
package table

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
)

// Spec says once how things of one kind are kept: their columns, whose events
// they bring, and what is answered where there is none.
type Spec[T any] struct {
	Table string
	// From is what is read where that is more than the table: "vacancy v JOIN
	// employer e ON e.id = v.employer_id". The table comes first, with its alias.
	From string
	// Columns binds each column to its field of v. It must bind the same columns
	// for every v, and name the key.
	Columns func(v *T) []Column
	// About is whose events are written with v, but for the version.
	About func(v *T) outbox.Subject
	// Unknown is returned where there is no such row; nil is sql.ErrNoRows. Twice is
	// returned where a unique index refuses a row; nil is outbox.ErrStale.
	Unknown, Twice *errs.Error
}

// Of keeps things of one kind on both databases: it is a Spec with its statements.
type Of[T any] struct {
	spec                           Spec[T]
	versionAt                      int    // the place of the version among the columns, -1 without one
	of                             string // " OF alias", where more than the table is read
	selected, byKey                string
	insert, create, update, upsert string
}

// New makes the statements of a table. It panics where the columns name no
// key: a programming error that every start meets.
func New[T any](s Spec[T]) *Of[T] {
	t := &Of[T]{spec: s, versionAt: -1}
	from, alias := s.Table, ""
	if s.From != "" {
		from = s.From
		alias = strings.Fields(s.From)[1]
		t.of = " OF " + alias
		alias += "."
	}
	var read, written, marks, keys, keyed, changes, copies []string
	columns := s.Columns(new(T))
	for i, c := range columns {
		if c.role == joined {
			read = append(read, c.name)
			continue
		}
		read = append(read, alias+c.name)
		written = append(written, c.name)
		marks = append(marks, fmt.Sprintf("$%d", len(written)))
		switch c.role {
		case key:
			keys = append(keys, c.name)
			keyed = append(keyed, fmt.Sprintf("%s = $%d", c.name, len(keys)))
		case changing, version:
			if c.role == version {
				t.versionAt = i
			}
			changes = append(changes, fmt.Sprintf("%s = $%d", c.name, len(changes)+1))
			copies = append(copies, c.name+" = excluded."+c.name)
		}
	}
	if len(keys) == 0 {
		panic("table: " + s.Table + " has no key")
	}
	t.selected = "SELECT " + strings.Join(read, ", ") + " FROM " + from + " "
	t.byKey = "WHERE " + alias + strings.Join(keyed, " AND "+alias)
	t.insert = fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s)", s.Table, strings.Join(written, ", "), strings.Join(marks, ", "))
	t.create = t.insert + " ON CONFLICT (" + strings.Join(keys, ", ") + ") DO NOTHING"
	t.upsert = t.create
	if len(copies) > 0 {
		t.upsert = strings.TrimSuffix(t.create, "NOTHING") + "UPDATE SET " + strings.Join(copies, ", ")
	}
	where := make([]string, 0, len(keys)+1)
	for i, k := range append(keys, "version") {
		where = append(where, fmt.Sprintf("%s = $%d", k, len(changes)+i+1))
	}
	t.update = fmt.Sprintf("UPDATE %s SET %s WHERE %s", s.Table, strings.Join(changes, ", "), strings.Join(where, " AND "))
	return t
}

// Lock ends a query whose rows are to stay as they are until the transaction ends.
func (t *Of[T]) Lock(tx *sqldb.Tx) string {
	if lock := tx.Dialect().ForUpdate(); lock != "" {
		return lock + t.of
	}
	return ""
}

// into is where a row's columns are scanned to; further columns may be appended.
func (t *Of[T]) into(v *T) []any {
	columns := t.spec.Columns(v)
	into := make([]any, len(columns))
	for i, c := range columns {
		into[i] = c.into()
	}
	return into
}

// Load loads and locks a row by its key, or returns Unknown.
func (t *Of[T]) Load(tx *sqldb.Tx, key ...any) (T, error) {
	return t.One(tx, t.byKey+t.Lock(tx), key...)
}

// Peek reads a row by its key without locking it, or returns Unknown.
func (t *Of[T]) Peek(tx *sqldb.Tx, key ...any) (T, error) { return t.One(tx, t.byKey, key...) }

// Share loads a row by its key, or returns Unknown, and keeps it as it is until
// the transaction ends, beside others who do the same.
func (t *Of[T]) Share(tx *sqldb.Tx, key ...any) (T, error) {
	lock := ""
	if tx.Dialect() == sqldb.Postgres { // SQLite has one writer
		lock = " FOR SHARE" + t.of
	}
	return t.One(tx, t.byKey+lock, key...)
}

// One reads the first row of what tail says (WHERE …), or returns Unknown.
func (t *Of[T]) One(tx *sqldb.Tx, tail string, args ...any) (T, error) {
	v, found, err := t.Find(tx, tail, args...)
	if err == nil && !found {
		err = sql.ErrNoRows
		if t.spec.Unknown != nil {
			err = t.spec.Unknown
		}
	}
	return v, err
}

// Find reads the first row of what tail says and reports whether there is one.
func (t *Of[T]) Find(tx *sqldb.Tx, tail string, args ...any) (v T, found bool, err error) {
	err = tx.QueryRow(t.selected+tail, args...).Scan(t.into(&v)...)
	if errors.Is(err, sql.ErrNoRows) {
		return v, false, nil
	}
	return v, err == nil, err
}

// List reads the rows of what tail says.
func (t *Of[T]) List(tx *sqldb.Tx, tail string, args ...any) ([]T, error) {
	var v, none T
	into := t.into(&v)
	return sqldb.Collect(tx, func(s sqldb.Scanner) (T, error) {
		v = none
		err := s.Scan(into...)
		return v, err
	}, t.selected+tail, args...)
}

// About is whose events are written with v, as the Spec says.
func (t *Of[T]) About(v T) outbox.Subject { return t.spec.About(&v) }

// Save writes a row and its events, or returns outbox.ErrStale where somebody else
// changed it since it was loaded: a version of 0 is a new row, whose unique
// indexes may refuse it with Twice. Of a row that is there, the columns that can
// change are written. The version goes up by the number of events, by one at least.
func (t *Of[T]) Save(ctx context.Context, l *outbox.Outbox, tx *sqldb.Tx, v T, events ...outbox.Event) error {
	return t.save(ctx, l, tx, &v, "", t.spec.About, events)
}

// SaveAs is Save where what is told is about something else than About says.
func (t *Of[T]) SaveAs(ctx context.Context, l *outbox.Outbox, tx *sqldb.Tx, v T, about outbox.Subject, events ...outbox.Event) error {
	return t.save(ctx, l, tx, &v, "", func(*T) outbox.Subject { return about }, events)
}

// Create is Save for a row that is not there, whatever its version: the events of
// a row that was lost may be on record still, and its own go on after them.
func (t *Of[T]) Create(ctx context.Context, l *outbox.Outbox, tx *sqldb.Tx, v T, events ...outbox.Event) error {
	return t.save(ctx, l, tx, &v, t.create, t.spec.About, events)
}

// Change is Save for a row that is there, whatever its version: one that was
// added without an event has 0.
func (t *Of[T]) Change(ctx context.Context, l *outbox.Outbox, tx *sqldb.Tx, v T, events ...outbox.Event) error {
	return t.save(ctx, l, tx, &v, t.update, t.spec.About, events)
}

// Add writes a new row and its events unless a unique index holds one like it
// already, and reports whether it did. One that brings no event has version 0,
// and is changed by Change.
func (t *Of[T]) Add(ctx context.Context, l *outbox.Outbox, tx *sqldb.Tx, v T, events ...outbox.Event) (bool, error) {
	args, err := t.args(t.spec.Columns(&v), int64(len(events)), false)
	if err != nil {
		return false, err
	}
	n, err := tx.Exec(t.insert+" ON CONFLICT DO NOTHING", args...)
	if err != nil || n == 0 || len(events) == 0 {
		return n > 0, err
	}
	return true, l.AppendEvents(ctx, tx, t.spec.About(&v), events...)
}

// Put queues a row of a table without versions and events: a new one, or what
// can change of the one of that key.
func (t *Of[T]) Put(tx *sqldb.Tx, v T) error {
	args, err := t.args(t.spec.Columns(&v), 0, false)
	if err != nil {
		return err
	}
	return tx.Queue(t.upsert, args...)
}

// PutWhere writes a row of a table without versions, or what can change of the
// one of that key where a condition holds, which may name the table and the new
// row (excluded). It reports whether it wrote.
func (t *Of[T]) PutWhere(tx *sqldb.Tx, condition string, v T) (bool, error) {
	args, err := t.args(t.spec.Columns(&v), 0, false)
	if err != nil {
		return false, err
	}
	n, err := tx.Exec(t.upsert+" WHERE "+condition, args...)
	return n > 0, err
}

// save writes a row with its next version, and its events: by a statement, or by
// the one that its version asks for.
func (t *Of[T]) save(ctx context.Context, l *outbox.Outbox, tx *sqldb.Tx, v *T, statement string, of func(*T) outbox.Subject, events []outbox.Event) error {
	columns := t.spec.Columns(v)
	if t.versionAt < 0 {
		return fmt.Errorf("table: %s has no version", t.spec.Table)
	}
	was := *columns[t.versionAt].field.(*int64)
	if statement == "" {
		if statement = t.create; was > 0 {
			statement = t.update
		}
	}
	args, err := t.args(columns, int64(max(1, len(events))), statement == t.update)
	if err != nil {
		return err
	}
	n, err := tx.Exec(statement, args...)
	switch {
	case tx.Dialect().IsUnique(err) && t.spec.Twice != nil:
		return t.spec.Twice.Because(err)
	case tx.Dialect().IsUnique(err):
		return outbox.ErrStale.Because(err)
	case err != nil:
		return err
	case n == 0:
		return outbox.ErrStale
	case len(events) == 0:
		return nil
	}
	about := of(v)
	about.Version = was
	return l.AppendEvents(ctx, tx, about, events...)
}

// args gives the values of an insertion, or of an update: what changes, then the
// key and the version that must stand there.
func (t *Of[T]) args(columns []Column, steps int64, update bool) (args []any, err error) {
	args = make([]any, 0, len(columns)+1)
	var known []any
	for i, c := range columns {
		if c.role == joined || update && c.role == fixed {
			continue
		}
		value, err := c.value()
		if err != nil {
			return nil, fmt.Errorf("table: %s.%s: %w", t.spec.Table, c.name, err)
		}
		switch {
		case i == t.versionAt:
			args = append(args, value.(int64)+steps)
		case update && c.role == key:
			known = append(known, value)
		default:
			args = append(args, value)
		}
	}
	if update {
		args = append(append(args, known...), *columns[t.versionAt].field.(*int64))
	}
	return args, nil
}
