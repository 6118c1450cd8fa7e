package testkit

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/crypt"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
)

// SameMigrations fails where the two databases' migrations differ in number,
// or where bringing a database up to date twice changes anything.
func SameMigrations(t *testing.T, migrations fs.FS) {
	t.Helper()
	names := func(dialect string) (all []string) {
		entries, err := fs.ReadDir(migrations, "migrations/"+dialect)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			all = append(all, e.Name())
		}
		return all
	}
	if s, p := names("sqlite"), names("postgres"); !slices.Equal(s, p) {
		t.Errorf("sqlite has %v, postgres %v", s, p)
	}
	EachDatabase(t, migrations, func(t *testing.T, open func(testing.TB) *sqldb.DB) {
		if err := open(t).Migrate(context.Background(), migrations); err != nil {
			t.Errorf("a second time: %v", err)
		}
	})
}

// Outbox returns an event log on a database, for a store's tests.
func Outbox(t testing.TB, service string, db *sqldb.DB) *outbox.Outbox {
	t.Helper()
	m, err := crypt.NewMaster(crypt.Standard())
	if err != nil {
		t.Fatal(err)
	}
	return outbox.New(service, db, clock.System(), m, 1)
}

// errRollback is a use case's failure after it has written.
var errRollback = errors.New("rolled back by the test")

// RollsBack runs write and then fails the transaction: neither a row nor an
// event may be left, which count counts.
func RollsBack(t testing.TB, db *sqldb.DB, write func(*sqldb.Tx) error, count func(*sqldb.Tx) (int, error)) {
	t.Helper()
	err := db.Update(context.Background(), func(tx *sqldb.Tx) error {
		if err := write(tx); err != nil {
			return err
		}
		return errRollback
	})
	if !errors.Is(err, errRollback) {
		t.Fatalf("the transaction ended with %v", err)
	}
	err = db.View(context.Background(), func(tx *sqldb.Tx) error {
		n, err := count(tx)
		if err == nil && n != 0 {
			t.Errorf("%d rows were left", n)
		}
		var events int
		if err := tx.QueryRow(`SELECT count(*) FROM event`).Scan(&events); err != nil {
			return err
		}
		if events != 0 {
			t.Errorf("%d events were left", events)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Events lists the types of the events that a database holds, oldest first.
func Events(t testing.TB, db *sqldb.DB) (types []string) {
	t.Helper()
	err := db.View(context.Background(), func(tx *sqldb.Tx) (err error) {
		types, err = sqldb.Collect(tx, func(s sqldb.Scanner) (v string, err error) { return v, s.Scan(&v) }, `SELECT type FROM event ORDER BY ord`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return types
}

// Equal fails where two messages differ.
func Equal(t testing.TB, got, want proto.Message) {
	t.Helper()
	if !proto.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}
