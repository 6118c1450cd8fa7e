// Package person is what every service knows of references that stand for one
// person. Each row keeps the reference under which it was made, for ever; that two
// references are one person's is a fact beside the rows, so that joining rewrites
// nothing and parting gives back exactly what was. Who reads by worker asks for
// the person: [Whose].
package person

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/qiao-platform/qiao/pkg/sqldb"
)

// Whose is a condition of SQL: a column holds one of the references of the person
// for whom the worker in parameter n stands. Both databases find the rows by an
// index on the column.
func Whose(column string, n int) string {
	return fmt.Sprintf(`%s IN (SELECT same.other FROM same WHERE same.worker = $%d UNION ALL SELECT CAST($%[2]d AS TEXT))`, column, n)
}

// Others is a condition of SQL: a column holds one of the other references of the
// person for whom the worker in parameter n stands. For nearly everybody it is met
// by nothing: a rule that a unique index holds for one reference asks it beside.
func Others(column string, n int) string {
	return fmt.Sprintf(`%s IN (SELECT same.other FROM same WHERE same.worker = $%d)`, column, n)
}

// Class lists all references of the person for whom a worker stands, that one
// among them, in one order whichever is asked for.
func Class(tx *sqldb.Tx, worker string) ([]string, error) {
	all, err := sqldb.Collect(tx, scanText, `SELECT other FROM same WHERE worker = $1`, worker)
	all = append(all, worker)
	slices.Sort(all)
	return all, err
}

// Same reports whether two references stand for one person.
func Same(tx *sqldb.Tx, a, b string) (bool, error) {
	if a == b {
		return true, nil
	}
	var is bool
	err := tx.QueryRow(`SELECT EXISTS (SELECT 1 FROM same WHERE worker = $1 AND other = $2)`, a, b).Scan(&is)
	return is, err
}

// Remaining is the reference that answers for the person for whom a worker stands.
func Remaining(tx *sqldb.Tx, worker string) (string, error) {
	var one string
	err := tx.QueryRow(`SELECT reference FROM remaining WHERE worker = $1`, worker).Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		return worker, nil
	}
	return one, err
}

// Lock makes what concerns a person run one after the other, whichever of the
// references it is asked for by, until the transaction ends. what says what is
// locked of the person. A join waits for all who hold such a lock. It is held from the
// next statement on, with which it travels.
func Lock(tx *sqldb.Tx, what, worker string) error {
	if tx.Dialect() != sqldb.Postgres { // SQLite has one writer
		return nil
	}
	return tx.Queue(`SELECT person_lock($1, $2)`, what, worker)
}

// LockAll is Lock for several persons, in one order whoever asks: by the least
// reference of each, so that of two who ask for the same persons by different
// references neither waits for the other for ever.
func LockAll(tx *sqldb.Tx, what string, workers ...string) error {
	if tx.Dialect() != sqldb.Postgres {
		return nil
	}
	if len(workers) > 1 {
		var err error
		if workers, err = leasts(tx, workers); err != nil {
			return err
		}
	}
	for _, w := range workers {
		if err := Lock(tx, what, w); err != nil {
			return err
		}
	}
	return nil
}

// leasts orders persons by the least reference of each, each once.
func leasts(tx *sqldb.Tx, workers []string) ([]string, error) {
	if err := Hold(tx); err != nil { // what is least stays so until all are locked
		return nil, err
	}
	var all []string
	for _, w := range workers {
		class, err := Class(tx, w)
		if err != nil {
			return nil, err
		}
		all = append(all, class[0])
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

// Assigned is the reference to which a thing was assigned by hand when two persons
// were parted, or else the given one, under which it was recorded.
func Assigned(tx *sqldb.Tx, aggregate, worker string) (string, error) {
	var to string
	err := tx.QueryRow(`SELECT worker FROM assigned WHERE aggregate = $1`, aggregate).Scan(&to)
	if errors.Is(err, sql.ErrNoRows) {
		return worker, nil
	}
	return to, err
}

func scanText(s sqldb.Scanner) (v string, err error) { return v, s.Scan(&v) }
