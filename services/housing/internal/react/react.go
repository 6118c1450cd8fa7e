// Package react is what public housing does when something happened in another
// department, one handler an event.
package react

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/account"
	"github.com/qiao-platform/qiao/pkg/arrival"
	"github.com/qiao-platform/qiao/pkg/consume"
	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/evidence"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/housing/internal/app"
)

// Router routes the events that the department acts on.
func Router(a *app.App, in func(*sqldb.Tx) app.Store, e *evidence.Holder) *consume.Router {
	h := handlers{a, in, e}
	r := consume.NewRouter()
	evidence.Listen(r, e)
	arrival.On(r, "housing", in, map[string]arrival.Use[app.Store]{
		"offer": a.StartOfferClock, "exit": a.StartExitClock, "decision": a.ServeDecision, "renewal": a.ServeRenewal, "exit_decision": a.ServeExit,
	})
	consume.On(r, "registry", h.accountClosed)
	return r
}

type handlers struct {
	app      *app.App
	in       func(*sqldb.Tx) app.Store
	evidence *evidence.Holder
}

// accountClosed ends what is open and forgets all evidence of the worker.
func (h handlers) accountClosed(ctx context.Context, tx *sqldb.Tx, e event.Event, _ *registryv1.AccountClosed) error {
	if err := account.Close(tx, e.Worker); err != nil {
		return err
	}
	return h.app.CloseAccount(ctx, h.in(tx), e.Worker)
}
