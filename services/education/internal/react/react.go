// Package react is what education does when something happened in another
// department, one handler an event.
package react

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/arrival"
	"github.com/qiao-platform/qiao/pkg/closing"
	"github.com/qiao-platform/qiao/pkg/consume"
	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/evidence"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/task"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/education/internal/app"
)

// Router routes the events that the department acts on; in gives the store
// within a transaction.
func Router(a *app.App, in func(*sqldb.Tx) app.Store, held *evidence.Holder) *consume.Router {
	r := consume.NewRouter()
	evidence.Listen(r, held)
	arrival.On(r, "education", in, map[string]arrival.Use[app.Store]{
		"offer": a.StartOfferClock, "decision": arrival.Whoever(a.ServeDecision), "appeal": arrival.Whoever(a.ServeAppeal),
	})
	closing.On(r, in, a.CloseAccount)
	guardians := func(ctx context.Context, tx *sqldb.Tx, child string) error {
		return a.GuardiansChanged(ctx, in(tx), child)
	}
	consume.On(r, event.Keeper, func(ctx context.Context, tx *sqldb.Tx, _ event.Event, m *registryv1.GuardianAdded) error {
		return guardians(ctx, tx, m.GetChildId())
	})
	consume.On(r, event.Keeper, func(ctx context.Context, tx *sqldb.Tx, _ event.Event, m *registryv1.GuardianEnded) error {
		return guardians(ctx, tx, m.GetChildId())
	})
	consume.On(r, event.Keeper, func(ctx context.Context, tx *sqldb.Tx, _ event.Event, m *registryv1.GuardianChanged) error {
		return guardians(ctx, tx, m.GetChildId())
	})
	return r
}

// Follow does the task that a change of a child's guardians leaves.
func Follow(a *app.App) task.Handler {
	return func(ctx context.Context, payload []byte) error { return a.Follow(ctx, string(payload)) }
}
