package table_test

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/pkg/testkit"
	trainingv1 "github.com/qiao-platform/qiao/proto/gen/training/v1"
)

type colour string

// thing has a field of every kind that a column can hold.
type thing struct {
	ID      string
	Colour  colour
	Count   int
	Ready   bool
	On      clock.Date
	At      time.Time
	Tags    []string
	Why     []string
	Schemes []string
	Raw     []byte
	Ref     string // NULL where there is none
	Owner   string // its name, from another table
	OwnerID string
	Version int64
}

// dropped is an event of training's contract; any would do.
type dropped struct{ ID string }

func (d dropped) Message() proto.Message { return &trainingv1.EnrolmentDropped{EnrolmentId: d.ID} }

var (
	errUnknown = errs.New(errs.NotFound, "test.unknown", "There is no such thing.")
	errTwice   = errs.New(errs.Conflict, "test.twice", "There is one of that colour.")
)

func columns(v *thing) []table.Column {
	return []table.Column{
		table.Key("id", &v.ID), table.Changing("colour", &v.Colour), table.Changing("count", &v.Count), table.Changing("ready", &v.Ready),
		table.Changing("day", &v.On), table.Changing("at", &v.At), table.Changing("tags", &v.Tags), table.Changing("why", table.JSON(&v.Why)), table.Changing("schemes", table.Commas(&v.Schemes)),
		table.Changing("raw", &v.Raw), table.Changing("ref", table.Optional(&v.Ref)), table.Fixed("owner_id", &v.OwnerID), table.Joined("o.name", &v.Owner), table.Version(&v.Version),
	}
}

func things() *table.Of[thing] {
	return table.New(table.Spec[thing]{
		Table: "thing", From: "thing t JOIN owner o ON o.id = t.owner_id", Columns: columns,
		About:   func(v *thing) outbox.Subject { return outbox.Subject{Aggregate: v.ID} },
		Unknown: errUnknown, Twice: errTwice,
	})
}

// rig is a database with the tables of things.
type rig struct {
	*testing.T
	db  *sqldb.DB
	log *outbox.Outbox
	all *table.Of[thing]
}

func each(t *testing.T, test func(r rig)) {
	testkit.EachDatabase(t, nil, func(t *testing.T, open func(testing.TB) *sqldb.DB) {
		db := open(t)
		r := rig{t, db, outbox.New("training", db, clock.System(), nil, 1), things()}
		bytes := "BLOB"
		if db.Dialect() == sqldb.Postgres {
			bytes = "BYTEA"
		}
		r.in(func(tx *sqldb.Tx) error {
			for _, s := range []string{
				`CREATE TABLE owner (id TEXT PRIMARY KEY, name TEXT NOT NULL)`,
				`CREATE TABLE thing (id TEXT PRIMARY KEY, colour TEXT NOT NULL UNIQUE, count BIGINT NOT NULL, ready BIGINT NOT NULL, day TEXT NOT NULL,
					at BIGINT NOT NULL, tags TEXT NOT NULL, why TEXT NOT NULL, schemes TEXT NOT NULL, raw ` + bytes + `, ref TEXT UNIQUE, owner_id TEXT NOT NULL, version BIGINT NOT NULL)`,
				`CREATE TABLE mark (a TEXT, b BIGINT, note TEXT NOT NULL, PRIMARY KEY (a, b))`,
				`INSERT INTO owner VALUES ('o1', 'first'), ('o2', 'second')`,
			} {
				if _, err := tx.Exec(s); err != nil {
					return err
				}
			}
			return nil
		})
		test(r)
	})
}

func (r rig) in(f func(*sqldb.Tx) error) {
	r.Helper()
	if err := r.db.Update(context.Background(), f); err != nil {
		r.Fatal(err)
	}
}

func (r rig) save(v thing, events ...outbox.Event) error {
	return r.db.Update(context.Background(), func(tx *sqldb.Tx) error { return r.all.Save(context.Background(), r.log, tx, v, events...) })
}

func (r rig) peek(id string) (v thing) {
	r.Helper()
	r.in(func(tx *sqldb.Tx) (err error) { v, err = r.all.Peek(tx, id); return err })
	return v
}

func (r rig) events() (all []int64) {
	r.Helper()
	r.in(func(tx *sqldb.Tx) (err error) {
		all, err = sqldb.Collect(tx, func(s sqldb.Scanner) (n int64, err error) { return n, s.Scan(&n) }, `SELECT version FROM event ORDER BY version`)
		return err
	})
	return all
}

func red() thing {
	return thing{ID: "t1", Colour: "red", Count: 7, Ready: true, On: clock.NewDate(2026, 11, 29), At: time.Date(2026, 11, 29, 1, 2, 3, 4000, time.UTC),
		Tags: []string{"a", "b"}, Why: []string{"x y"}, Schemes: []string{"p", "q"}, Raw: []byte{0, 1}, OwnerID: "o1"}
}

func TestEveryKindOfFieldComesBack(t *testing.T) {
	each(t, func(r rig) {
		want := red()
		want.Ref = "r 1"
		if err := r.save(want, dropped{"t1"}); err != nil {
			r.Fatal(err)
		}
		want.Version, want.Owner = 1, "first"
		if got := r.peek("t1"); !reflect.DeepEqual(got, want) {
			r.Errorf("got  %+v\nwant %+v", got, want)
		}
		empty := thing{ID: "t2", OwnerID: "o2"}
		if err := r.save(empty); err != nil {
			r.Fatal(err)
		}
		if err := r.save(thing{ID: "t3", Colour: "blue", OwnerID: "o2"}); err != nil {
			r.Errorf("a second one without a reference: %v", err)
		}
		empty.Version, empty.Owner = 1, "second"
		if got := r.peek("t2"); !reflect.DeepEqual(got, empty) {
			r.Errorf("got  %+v\nwant %+v", got, empty)
		}
		// A list does not carry one row's values into the next.
		r.in(func(tx *sqldb.Tx) error {
			all, err := r.all.List(tx, `ORDER BY t.id LIMIT 2`)
			if err == nil && !reflect.DeepEqual(all, []thing{want, empty}) {
				r.Errorf("%+v", all)
			}
			return err
		})
	})
}

func TestAVersionCountsEventsAndRefusesWhatIsStale(t *testing.T) {
	each(t, func(r rig) {
		if err := r.save(red(), dropped{"t1"}, dropped{"t1"}); err != nil {
			r.Fatal(err)
		}
		old := r.peek("t1")
		if old.Version != 2 {
			r.Fatalf("version %d", old.Version)
		}
		changed := old
		changed.Colour, changed.OwnerID = "blue", "o2"
		if err := r.save(changed); err != nil {
			r.Fatal(err)
		}
		got := r.peek("t1")
		if got.Version != 3 || got.Colour != "blue" {
			r.Errorf("%+v", got)
		}
		if got.OwnerID != "o1" {
			r.Error("a fixed column changed")
		}
		for name, v := range map[string]thing{"changed since": old, "not there": {ID: "t9", Version: 4, OwnerID: "o1"}, "new, but there": red()} {
			if err := r.save(v, dropped{v.ID}); !errors.Is(err, outbox.ErrStale) {
				r.Errorf("%s: %v", name, err)
			}
		}
		other := thing{ID: "t2", Colour: "blue", OwnerID: "o1", Raw: []byte{}}
		if err := r.save(other, dropped{"t2"}); !errors.Is(err, errTwice) {
			r.Errorf("a second of its colour: %v", err)
		}
		if got := r.events(); !reflect.DeepEqual(got, []int64{1, 2}) {
			r.Errorf("events of refused saves were written: %v", got)
		}
	})
}

// Of writers that saw the same version one succeeds.
// TestARowThatWasLost is created anew after the events that are on record about it.
func TestARowThatWasLost(t *testing.T) {
	each(t, func(r rig) {
		if err := r.save(red(), dropped{"t1"}); err != nil {
			r.Fatal(err)
		}
		lost := r.peek("t1")
		r.in(func(tx *sqldb.Tx) error { _, err := tx.Exec(`DELETE FROM thing`); return err })
		if err := r.save(lost, dropped{"t1"}); !errors.Is(err, outbox.ErrStale) {
			r.Errorf("saving what is not there: %v", err)
		}
		r.in(func(tx *sqldb.Tx) error { return r.all.Create(context.Background(), r.log, tx, lost, dropped{"t1"}) })
		if got := r.peek("t1"); got.Version != 2 || !slices.Equal(r.events(), []int64{1, 2}) {
			r.Errorf("version %d, events %v", got.Version, r.events())
		}
		again := func() error {
			return r.db.Update(context.Background(), func(tx *sqldb.Tx) error { return r.all.Create(context.Background(), r.log, tx, lost) })
		}
		if err := again(); !errors.Is(err, outbox.ErrStale) {
			r.Errorf("creating what is there: %v", err)
		}
	})
}

func TestOneOfManyWriters(t *testing.T) {
	each(t, func(r rig) {
		if err := r.save(red()); err != nil {
			r.Fatal(err)
		}
		seen := r.peek("t1")
		failed := make(chan error, 8)
		var g sync.WaitGroup
		for range cap(failed) {
			g.Go(func() { failed <- r.save(seen, dropped{"t1"}) })
		}
		g.Wait()
		close(failed)
		won := 0
		for err := range failed {
			if err == nil {
				won++
			} else if !errors.Is(err, outbox.ErrStale) {
				r.Error(err)
			}
		}
		if n := len(r.events()); won != 1 || n != 1 {
			r.Errorf("%d won, %d events", won, n)
		}
	})
}

func TestFindingAndNotFinding(t *testing.T) {
	each(t, func(r rig) {
		r.in(func(tx *sqldb.Tx) error {
			if _, err := r.all.Load(tx, "none"); !errors.Is(err, errUnknown) {
				r.Errorf("load: %v", err)
			}
			if _, found, err := r.all.Find(tx, `WHERE t.colour = $1`+r.all.Lock(tx), "red"); found || err != nil {
				r.Errorf("find: %v, %v", found, err)
			}
			for i, want := range []bool{true, false} {
				created, err := r.all.Add(context.Background(), r.log, tx, red(), dropped{"t1"})
				if err != nil || created != want {
					r.Errorf("add %d: %v, %v", i, created, err)
				}
			}
			v, found, err := r.all.Find(tx, `WHERE t.colour = $1`+r.all.Lock(tx), "red")
			if !found || v.Version != 1 {
				r.Errorf("found %v: %+v", found, v)
			}
			return err
		})
		if n := len(r.events()); n != 1 {
			r.Errorf("%d events", n)
		}
	})
}

func TestPutWritesByItsKey(t *testing.T) {
	type mark struct {
		A    string
		B    int64
		Note string
	}
	each(t, func(r rig) {
		marks := table.New(table.Spec[mark]{Table: "mark", Columns: func(m *mark) []table.Column {
			return []table.Column{table.Key("a", &m.A), table.Key("b", &m.B), table.Changing("note", &m.Note)}
		}})
		r.in(func(tx *sqldb.Tx) error {
			for _, m := range []mark{{"x", 1, "first"}, {"x", 2, "second"}, {"x", 1, "again"}} {
				if err := marks.Put(tx, m); err != nil {
					return err
				}
			}
			for i, want := range []bool{true, false} { // what no event tells of
				if added, err := marks.Add(context.Background(), r.log, tx, mark{"y", 1, "new"}); err != nil || added != want {
					r.Errorf("add %d: %v, %v", i, added, err)
				}
			}
			m, err := marks.Load(tx, "x", 1)
			if m.Note != "again" {
				r.Errorf("%+v", m)
			}
			return err
		})
		if err := r.db.Update(context.Background(), func(tx *sqldb.Tx) error {
			return marks.Save(context.Background(), r.log, tx, mark{A: "y"})
		}); err == nil {
			r.Error("a table without a version was saved with one")
		}
	})
}

func TestAFieldThatCannotBeKeptIsRefused(t *testing.T) {
	type odd struct{ ID, Ratio any }
	odds := table.New(table.Spec[odd]{Table: "odd", Columns: func(o *odd) []table.Column {
		return []table.Column{table.Key("id", o.ID), table.Changing("ratio", o.Ratio)}
	}})
	ratio := 0.5
	each(t, func(r rig) {
		for _, v := range []any{&ratio, "no pointer"} {
			if err := r.db.Update(context.Background(), func(tx *sqldb.Tx) error { return odds.Put(tx, odd{new(string), v}) }); err == nil {
				r.Errorf("%T was kept", v)
			}
		}
	})
}
