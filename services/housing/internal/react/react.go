// Package react is what public housing does when something happened in another
// department, one handler an event.
package react

import (
	"github.com/qiao-platform/qiao/pkg/arrival"
	"github.com/qiao-platform/qiao/pkg/closing"
	"github.com/qiao-platform/qiao/pkg/consume"
	"github.com/qiao-platform/qiao/pkg/evidence"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/housing/internal/app"
)

// Router routes the events that the department acts on.
func Router(a *app.App, in func(*sqldb.Tx) app.Store, e *evidence.Holder) *consume.Router {
	r := consume.NewRouter()
	evidence.Listen(r, e)
	arrival.On(r, "housing", in, map[string]arrival.Use[app.Store]{
		"offer": arrival.Whoever(a.StartOfferClock), "exit": arrival.Whoever(a.StartExitClock), "decision": arrival.Whoever(a.ServeDecision), "renewal": arrival.Whoever(a.ServeRenewal), "exit_decision": arrival.Whoever(a.ServeExit),
	})
	closing.On(r, in, a.CloseAccount)
	return r
}
