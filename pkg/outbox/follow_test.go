package outbox_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/testkit"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
)

const closed = "employment.vacancy.closed.v1"

func appendEvents(t *testing.T, l *outbox.Outbox, thing string, messages ...proto.Message) {
	t.Helper()
	if err := l.DB().Update(context.Background(), func(tx *sqldb.Tx) error {
		return l.Append(context.Background(), tx, outbox.Subject{Aggregate: thing}, messages...)
	}); err != nil {
		t.Fatal(err)
	}
}

// number does what a relay does.
func number(t *testing.T, db *sqldb.DB) {
	t.Helper()
	if err := db.Update(context.Background(), func(tx *sqldb.Tx) error {
		_, err := tx.Exec(`UPDATE event SET epoch = 1, seq = ord WHERE seq IS NULL AND audience = 'shared'`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

func TestAFollowerIsToldOnceOfWhatIsAppended(t *testing.T) {
	testkit.EachDatabase(t, nil, func(t *testing.T, open func(testing.TB) *sqldb.DB) {
		ctx := context.Background()
		l := testkit.Outbox(t, "employment", open(t))
		appendEvents(t, l, "v0", &employmentv1.VacancyClosed{})
		number(t, l.DB())
		appendEvents(t, l, "v1", &employmentv1.VacancyClosed{})
		f, err := l.Follow(ctx, closed)
		if err != nil {
			t.Fatal(err)
		}
		look := func(want ...string) {
			t.Helper()
			var got []string
			if _, err := f.Look(ctx, func(_ *sqldb.Tx, all []outbox.Appended) error {
				for _, a := range all {
					got = append(got, a.Aggregate)
				}
				return nil
			}); err != nil {
				t.Error(err)
			}
			if slices.Sort(got); !slices.Equal(got, want) {
				t.Errorf("told of %v, want %v", got, want)
			}
		}
		look("v1") // it had no number when the follower began: once too often, and not once too few
		appendEvents(t, l, "v2", &employmentv1.VacancyClosed{})
		appendEvents(t, l, "e1", &employmentv1.EmployerRegistered{})
		broken := errors.New("broken")
		if _, err := f.Look(ctx, func(*sqldb.Tx, []outbox.Appended) error { return broken }); !errors.Is(err, broken) {
			t.Error(err)
		}
		look("v2") // told again
		number(t, l.DB())
		look() // it only got its number
		appendEvents(t, l, "v3", &employmentv1.VacancyClosed{})
		number(t, l.DB()) // before anybody looked
		appendEvents(t, l, "v4", &employmentv1.VacancyClosed{})
		look("v3", "v4")
		look()
	})
}

// listener is a follower that runs, and what it was told of.
type listener struct {
	mu   sync.Mutex
	told []string
}

func listen(t *testing.T, l *outbox.Outbox, every time.Duration) *listener {
	t.Helper()
	f, err := l.Follow(context.Background(), closed)
	if err != nil {
		t.Fatal(err)
	}
	f.Every(every)
	x := &listener{}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error)
	log := testkit.Telemetry(t).For("employment").Log
	go func() {
		done <- f.Run(ctx, log, func(_ *sqldb.Tx, all []outbox.Appended) error {
			x.mu.Lock()
			defer x.mu.Unlock()
			for _, a := range all {
				x.told = append(x.told, a.Aggregate)
			}
			return nil
		})
	}()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return x
}

func (x *listener) hears(t *testing.T, thing string) {
	t.Helper()
	testkit.Eventually(t, thing+" is told", func() bool {
		x.mu.Lock()
		defer x.mu.Unlock()
		return slices.Contains(x.told, thing)
	})
}

func TestACommitWakesTheFollowersOfItsProcess(t *testing.T) {
	testkit.EachDatabase(t, nil, func(t *testing.T, open func(testing.TB) *sqldb.DB) {
		l := testkit.Outbox(t, "employment", open(t))
		x := listen(t, l, time.Hour)
		appendEvents(t, l, "v1", &employmentv1.VacancyClosed{})
		x.hears(t, "v1")
	})
}

// Two instances of a service, each with its own connections.
func TestACommitWakesOtherProcesses(t *testing.T) {
	address := testkit.Postgres(t)(t)
	instance := func() *outbox.Outbox {
		db, err := sqldb.Open(context.Background(), address)
		if err == nil {
			err = db.Migrate(context.Background(), nil)
		}
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		return testkit.Outbox(t, "employment", db)
	}
	one, other := instance(), instance()
	listen(t, one, time.Hour)
	x := listen(t, other, time.Hour)
	appendEvents(t, one, "v1", &employmentv1.VacancyClosed{})
	x.hears(t, "v1")

	// A connection that breaks is made again; what came meanwhile is told.
	if err := one.DB().Update(context.Background(), func(tx *sqldb.Tx) error {
		_, err := tx.Exec(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN %'`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	appendEvents(t, one, "v2", &employmentv1.VacancyClosed{})
	x.hears(t, "v2")

	// Where the wake is lost with its process, the other looks by itself.
	silent := listen(t, instance(), 10*time.Millisecond)
	appendEvents(t, instance(), "v3", &employmentv1.VacancyClosed{})
	silent.hears(t, "v3")
}
