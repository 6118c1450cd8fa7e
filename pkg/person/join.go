package person

import (
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/fault"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/sqldb"
)

// ErrPair refuses a join that does not name itself and two references.
var ErrPair = errs.New(errs.Invalid, "person.pair", "A join names two references and itself.")

// ErrInTheWay leaves a thing where it is: whom it was assigned to has one like it.
var ErrInTheWay = errs.New(errs.Conflict, "person.in_the_way", "The reference to which this was assigned still has one like it; end that one first.")

// KindAssigned is the kind of pair of a thing that could not be given, with whatever
// is in its way.
const KindAssigned = "assigned"

// Pair is a join: the alias stands for the same person as the reference that remains.
type Pair struct{ JoinID, Alias, Remains string }

// Parting is a join undone, or the parting of a record that mixed two persons from
// the beginning, which has no join. What was assigned by hand to the other
// reference than the one that it was recorded under is named by its aggregate.
type Parting struct {
	Pair
	ToAlias, ToRemains []string
	At                 time.Time // of two partings the later one's word holds
}

// Join lets two references stand for one person from here on. It may come late,
// twice, or after its own undoing, which then holds: what the references come to
// depends on which joins stand, and on no order.
func Join(tx *sqldb.Tx, p Pair) error {
	if p.JoinID == "" || p.Alias == "" || p.Remains == "" || p.Alias == p.Remains {
		return ErrPair
	}
	if err := Alone(tx); err != nil {
		return err
	}
	n, err := tx.Exec(`INSERT INTO person_join (id, alias, remains, parted) VALUES ($1, $2, $3, 0) ON CONFLICT (id) DO NOTHING`, p.JoinID, p.Alias, p.Remains)
	if err != nil || n == 0 {
		return err
	}
	return reckon(tx, p)
}

// Part undoes a join, and gives what was assigned by hand to whom it was assigned.
func Part(tx *sqldb.Tx, p Parting) error {
	if p.Alias == "" || p.Remains == "" || p.Alias == p.Remains {
		return ErrPair
	}
	if err := Alone(tx); err != nil {
		return err
	}
	if p.JoinID != "" {
		if _, err := tx.Exec(`INSERT INTO person_join (id, alias, remains, parted) VALUES ($1, $2, $3, 1)
			ON CONFLICT (id) DO UPDATE SET parted = 1`, p.JoinID, p.Alias, p.Remains); err != nil {
			return err
		}
		if err := reckon(tx, p.Pair); err != nil {
			return err
		}
		if _, err := tx.Exec(`UPDATE collision SET state = 'void' WHERE join_id = $1 AND state = 'open'`, p.JoinID); err != nil {
			return err
		}
	}
	fault.Point("person.reckoned")
	if err := assign(tx, p.JoinID, p.Alias, p.ToAlias, p.At); err != nil {
		return err
	}
	return assign(tx, p.JoinID, p.Remains, p.ToRemains, p.At)
}

// Alone lets one transaction at a time change who is one person, and none lock by
// a person meanwhile. Join and Part call it; who asks before what depends on it calls
// it first.
func Alone(tx *sqldb.Tx) error {
	if tx.Dialect() != sqldb.Postgres {
		return nil
	}
	_, err := tx.Exec(`SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || '.persons', 0))`)
	return err
}

// Hold lets nobody change who is one person until the transaction ends; who asks
// afterwards has what holds until then. It is no lock against others who hold. Who
// changes it later in the same transaction calls Alone instead, at once: of two who
// hold and then wait to be alone, neither ever would be.
//
// Hold and Alone come before every lock of a row. Who is alone may then wait for
// the rows of anybody, since whoever has some will not ask for what he has.
func Hold(tx *sqldb.Tx) error {
	if tx.Dialect() != sqldb.Postgres { // SQLite has one writer
		return nil
	}
	return tx.Queue(`SELECT pg_advisory_xact_lock_shared(hashtextextended(current_schema() || '.persons', 0))`)
}

// reckon writes anew what the standing joins come to around a pair that changed.
func reckon(tx *sqldb.Tx, p Pair) error {
	var done []string
	for _, from := range []string{p.Alias, p.Remains} { // after a parting there may be two persons
		if slices.Contains(done, from) {
			continue
		}
		class, pairs, err := reach(tx, from)
		if err != nil {
			return err
		}
		done = class
		if err := write(tx, class, pairs); err != nil {
			return err
		}
	}
	_, err := tx.Exec(`UPDATE person_change SET changes = changes + 1`)
	return err
}

// reach follows the standing joins from a reference, in both directions.
func reach(tx *sqldb.Tx, from string) (class []string, pairs []Pair, err error) {
	class = []string{from}
	for i := 0; i < len(class); i++ {
		found, err := sqldb.Collect(tx, func(s sqldb.Scanner) (p Pair, err error) { return p, s.Scan(&p.JoinID, &p.Alias, &p.Remains) },
			`SELECT id, alias, remains FROM person_join WHERE parted = 0 AND alias = $1 UNION SELECT id, alias, remains FROM person_join WHERE parted = 0 AND remains = $1`, class[i])
		if err != nil {
			return nil, nil, err
		}
		pairs = append(pairs, found...)
		for _, p := range found {
			for _, w := range []string{p.Alias, p.Remains} {
				if !slices.Contains(class, w) {
					class = append(class, w)
				}
			}
		}
	}
	return class, pairs, nil
}

// write keeps a class: each with every other, and which of them answers.
func write(tx *sqldb.Tx, class []string, pairs []Pair) error {
	answers := answering(class, pairs)
	for _, w := range class {
		if _, err := tx.Exec(`DELETE FROM same WHERE worker = $1`, w); err != nil {
			return err
		}
		if _, err := tx.Exec(`DELETE FROM remaining WHERE worker = $1`, w); err != nil {
			return err
		}
		if w == answers {
			continue
		}
		if _, err := tx.Exec(`INSERT INTO remaining (worker, reference) VALUES ($1, $2)`, w, answers); err != nil {
			return err
		}
	}
	for _, w := range class {
		for _, other := range class {
			if w == other {
				continue
			}
			if _, err := tx.Exec(`INSERT INTO same (worker, other) VALUES ($1, $2)`, w, other); err != nil {
				return err
			}
		}
	}
	return nil
}

// answering is the reference that remains in a class: the one that is nobody's
// alias. Joins that go round in a circle, which the registry refuses, leave the
// least: no reference leads nowhere.
func answering(class []string, pairs []Pair) string {
	free := slices.DeleteFunc(slices.Clone(class), func(w string) bool {
		return slices.ContainsFunc(pairs, func(p Pair) bool { return p.Alias == w })
	})
	if len(free) == 0 {
		free = class
	}
	return slices.Min(free)
}

// assign gives things to a reference: what they are recorded under in the tables of
// this service, and in events that are still on their way.
func assign(tx *sqldb.Tx, joinID, worker string, aggregates []string, at time.Time) error {
	if len(aggregates) == 0 {
		return nil
	}
	tables, err := owned(tx)
	if err != nil {
		return err
	}
	aggregates = slices.Clone(aggregates)
	slices.Sort(aggregates)
	for _, a := range slices.Compact(aggregates) {
		n, err := tx.Exec(`INSERT INTO assigned (aggregate, worker, at) VALUES ($1, $2, $3)
			ON CONFLICT (aggregate) DO UPDATE SET worker = excluded.worker, at = excluded.at WHERE assigned.at < excluded.at`, a, worker, sqldb.Micros(at))
		if err != nil {
			return err
		}
		if n == 0 { // a later parting said otherwise, or this one was heard before
			continue
		}
		if fault.Broken("person.gives_no_rows") {
			continue
		}
		for _, table := range tables {
			if err := give(tx, joinID, table, a, worker, at); err != nil {
				return err
			}
		}
	}
	_, err = tx.Exec(`UPDATE person_change SET changes = changes + 1`)
	return err
}

// give sets whose a row is. Where that reference has one like it already, which a
// unique index says, the row stays where it is and an officer of the department is
// told: the rest of a parting does not wait for it.
func give(tx *sqldb.Tx, joinID string, table table, id, worker string, at time.Time) error {
	if _, err := tx.Exec(`SAVEPOINT given`); err != nil {
		return err
	}
	_, err := tx.Exec(`UPDATE `+table.name+` SET worker = $1 WHERE id = $2`, worker, id)
	if err != nil && !tx.Dialect().IsUnique(err) {
		return err
	}
	if err != nil {
		if _, err := tx.Exec(`ROLLBACK TO SAVEPOINT given`); err != nil {
			return err
		}
		division := ""
		if table.division != "" {
			if err := tx.QueryRow(`SELECT `+table.division+` FROM `+table.name+` WHERE id = $1`, id).Scan(&division); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(`INSERT INTO collision (id, join_id, kind, worker, first_id, second_id, division, state, found_at, officer, note, settled_at)
			VALUES ($1, $2, $3, $4, $5, '', $6, 'open', $7, '', '', 0) ON CONFLICT DO NOTHING`, ident.NewID(), joinID, KindAssigned, worker, id, division, sqldb.Micros(at)); err != nil {
			return err
		}
	}
	_, err = tx.Exec(`RELEASE SAVEPOINT given`)
	return err
}

// Give tries again to give a thing to whom a parting assigned it, once what was in its
// way is ended.
func Give(tx *sqldb.Tx, id string) error {
	worker, err := Assigned(tx, id, "")
	if err != nil || worker == "" {
		return err
	}
	tables, err := owned(tx)
	if err != nil {
		return err
	}
	for _, t := range tables {
		_, err := tx.Exec(`UPDATE `+t.name+` SET worker = $1 WHERE id = $2`, worker, id)
		if err != nil && tx.Dialect().IsUnique(err) {
			return ErrInTheWay
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// table is one whose rows are a worker's; division is the column of a row's county, or "".
type table struct{ name, division string }

// owned lists the tables of this service whose rows have an id and are a worker's.
// An event stays as it was written.
func owned(tx *sqldb.Tx) ([]table, error) {
	query := `SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND c.name IN ('id', 'worker', 'county', 'division')`
	if tx.Dialect() == sqldb.Postgres {
		query = `SELECT c.table_name, c.column_name FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
			WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE' AND c.column_name IN ('id', 'worker', 'county', 'division')`
	}
	all, err := sqldb.Collect(tx, func(s sqldb.Scanner) (c [2]string, err error) { return c, s.Scan(&c[0], &c[1]) }, query)
	if err != nil {
		return nil, err
	}
	has := map[string][]string{}
	for _, c := range all {
		has[c[0]] = append(has[c[0]], c[1])
	}
	var tables []table
	for name, columns := range has {
		if !slices.Contains(columns, "id") || !slices.Contains(columns, "worker") || slices.Contains(kept, name) {
			continue
		}
		t := table{name: name}
		for _, c := range []string{"division", "county"} { // the county where a table has both
			if slices.Contains(columns, c) {
				t.division = c
			}
		}
		tables = append(tables, t)
	}
	slices.SortFunc(tables, func(a, b table) int { return strings.Compare(a.name, b.name) })
	return tables, nil
}

// Of tells under which reference a thing of this service is recorded, by its id.
func Of(tx *sqldb.Tx, id string) (worker string, found bool, err error) {
	tables, err := owned(tx)
	if err != nil {
		return "", false, err
	}
	for _, table := range tables {
		err := tx.QueryRow(`SELECT worker FROM `+table.name+` WHERE id = $1`, id).Scan(&worker)
		if err == nil || !errors.Is(err, sql.ErrNoRows) {
			return worker, err == nil, err
		}
	}
	return "", false, nil
}

// kept are tables whose rows name what was, and not whose a thing is.
var kept = []string{"event", "collision"}

// JoinOf is a join that stands among the references of a worker's person; "" where
// the person has but one reference.
func JoinOf(tx *sqldb.Tx, worker string) (string, error) {
	var id sql.NullString
	err := tx.QueryRow(`SELECT min(id) FROM person_join WHERE parted = 0 AND `+Whose("alias", 1), worker).Scan(&id)
	return id.String, err
}

// Stands reports whether a join stands, and which reference it leaves.
func Stands(tx *sqldb.Tx, joinID string) (remains string, stands bool, err error) {
	err = tx.QueryRow(`SELECT remains FROM person_join WHERE id = $1 AND parted = 0`, joinID).Scan(&remains)
	if errors.Is(err, sql.ErrNoRows) {
		return "", false, nil
	}
	return remains, err == nil, err
}
