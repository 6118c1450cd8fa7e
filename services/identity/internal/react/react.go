// Package react is what identity does when something happened in another
// department, one handler an event.
package react

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/closing"
	"github.com/qiao-platform/qiao/pkg/consume"
	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/evidence"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/identity/internal/app"
)

// Router routes the events that the department acts on; in gives the store
// within a transaction.
func Router(a *app.App, in func(*sqldb.Tx) app.Store) *consume.Router {
	r := consume.NewRouter()
	evidence.ListenToGrants(r)
	closing.On(r, in, a.CloseAccount)
	consume.On(r, event.Keeper, func(ctx context.Context, tx *sqldb.Tx, e event.Event, m *registryv1.UnseenRecognised) error {
		return a.Recognise(ctx, in(tx), e.Worker, m.GetAlias())
	})
	consume.On(r, "housing", func(_ context.Context, tx *sqldb.Tx, _ event.Event, m *housingv1.PaperEntered) error {
		return a.PaperEntered(in(tx), m.GetPaperForm())
	})
	return r
}
