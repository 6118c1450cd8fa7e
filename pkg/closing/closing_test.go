package closing_test

import (
	"context"
	"testing"

	"github.com/qiao-platform/qiao/pkg/account"
	"github.com/qiao-platform/qiao/pkg/closing"
	"github.com/qiao-platform/qiao/pkg/consume"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/testkit"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
)

// What a department ends, it ends after the tombstone stands, so that nothing opens
// in between; one that ends nothing keeps the tombstone.
func TestTheTombstoneComesFirst(t *testing.T) {
	p := testkit.NewPlatform(t, nil)
	registry := p.Publisher("registry")
	ended := make(chan string, 9)
	end := func(_ context.Context, tx *sqldb.Tx, worker string) error {
		closed, err := account.Closed(tx, worker)
		if !closed {
			t.Errorf("%s can still open something: %v", worker, err)
		}
		ended <- worker
		return err
	}
	in := func(tx *sqldb.Tx) *sqldb.Tx { return tx }
	databases := map[string]*sqldb.DB{}
	for name, route := range map[string]func(*consume.Router){
		"housing":   func(r *consume.Router) { closing.On(r, in, end) },
		"insurance": func(r *consume.Router) { closing.On(r, in) },
	} {
		s, err := run.New(context.Background(), name, nil, p.Deps(name), func(_ context.Context, k *run.Kit) (run.Parts, error) {
			r := consume.NewRouter()
			route(r)
			databases[name] = k.Outbox.DB()
			return run.Parts{Router: r}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		p.Start(s)
	}
	registry.Publish(outbox.Subject{Aggregate: "w", Worker: "w"}, &registryv1.AccountClosed{ClosedOn: "2026-11-02"})
	p.Settle()
	if who := <-ended; who != "w" || len(ended) != 0 {
		t.Errorf("%q was ended, and %d more", who, len(ended))
	}
	for name, db := range databases {
		if err := db.View(context.Background(), func(tx *sqldb.Tx) error {
			closed, err := account.Closed(tx, "w")
			if !closed {
				t.Errorf("%s has no tombstone", name)
			}
			return err
		}); err != nil {
			t.Error(err)
		}
	}
}
