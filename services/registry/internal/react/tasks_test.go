package react_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/task"
	"github.com/qiao-platform/qiao/pkg/testkit"
	"github.com/qiao-platform/qiao/services/registry/internal/app"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
	"github.com/qiao-platform/qiao/services/registry/internal/react"
	"github.com/qiao-platform/qiao/services/registry/internal/store"
)

// slow is a way on which a message is handed over before it is known to have arrived.
type slow struct{ arrived bool }

func (s *slow) Deliver(context.Context, domain.Message) (bool, error) { return s.arrived, nil }

// An offer's clock starts at the known arrival, not when the message is sent.
func TestDeliveredOnlyWhenKnownToHaveArrived(t *testing.T) {
	ctx := context.Background()
	db, err := sqldb.Open(ctx, "sqlite:"+filepath.Join(t.TempDir(), "test.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if err := db.Migrate(ctx, store.Migrations); err != nil {
		t.Fatal(err)
	}
	c := clock.NewManual(time.Date(2026, 11, 2, 4, 0, 0, 0, time.UTC))
	s := store.New(testkit.Outbox(t, "registry", db), task.New(db, c, testkit.Telemetry(t).For("registry")), c, func(string, string) []byte { return nil })
	in := func(tx *sqldb.Tx) app.Store { return s.In(tx) }
	if err := db.Update(ctx, func(tx *sqldb.Tx) error {
		return in(tx).AddMessage(ctx, domain.Message{ID: "m", Worker: "w", Template: "employment.offer.made", About: "offer-1", AboutService: "employment", SentAt: c.Now()})
	}); err != nil {
		t.Fatal(err)
	}
	rules, err := rule.Load()
	if err != nil {
		t.Fatal(err)
	}
	// searched is how the search for the person stands: "none" before there is any.
	searched := func() (how string) {
		if err := db.Update(ctx, func(tx *sqldb.Tx) error {
			u, err := in(tx).Undelivered("m")
			if how = u.EndedHow; errors.Is(err, domain.ErrUndeliveredUnknown) {
				how = "none"
				return nil
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return how
	}
	way := &slow{}
	deliver := react.Deliver(&app.App{Clock: c, Kind: event.KindOf, Rules: rules}, db, in, way)
	if err := deliver(ctx, []byte("m")); errs.CodeOf(err) != "registry.message.not_arrived" {
		t.Fatalf("not arrived yet: %v", err)
	}
	if got := testkit.Events(t, db); len(got) != 0 || searched() != "none" {
		t.Fatalf("published before it arrived: %v; or somebody is looked for at once: %s", got, searched())
	}
	c.Advance(24 * time.Hour) // RG-UNDELIVERED: then the counter looks for the person, and the channel goes on trying
	for range 2 {
		if err := deliver(ctx, []byte("m")); errs.CodeOf(err) != "registry.message.not_arrived" || searched() != "" {
			t.Fatalf("a day later: %v, %s", err, searched())
		}
	}
	way.arrived = true
	for range 2 {
		if err := deliver(ctx, []byte("m")); err != nil {
			t.Fatal(err)
		}
	}
	if got := testkit.Events(t, db); len(got) != 1 || got[0] != "registry.message.delivered.v1" {
		t.Fatalf("%v", got)
	}
	if how := searched(); how != domain.EndedArrived {
		t.Errorf("what arrived is looked for: %q", how)
	}
	if err := deliver(ctx, []byte("of a closed account")); err != nil {
		t.Error(err)
	}
}
