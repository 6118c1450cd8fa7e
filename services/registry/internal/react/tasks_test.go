package react_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/event"
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
		return in(tx).AddMessage(ctx, domain.Message{ID: "m", Worker: "w", Template: "employment.offer.made", About: "offer-1", AboutService: "employment"})
	}); err != nil {
		t.Fatal(err)
	}
	way := &slow{}
	deliver := react.Deliver(&app.App{Clock: c, Kind: event.KindOf}, db, in, way)
	if err := deliver(ctx, []byte("m")); errs.CodeOf(err) != "registry.message.not_arrived" {
		t.Fatalf("not arrived yet: %v", err)
	}
	if got := testkit.Events(t, db); len(got) != 0 {
		t.Fatalf("published before it arrived: %v", got)
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
	if err := deliver(ctx, []byte("of a closed account")); err != nil {
		t.Error(err)
	}
}
