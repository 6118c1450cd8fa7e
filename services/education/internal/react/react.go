// Package react is what education does when something happened in another
// department, one handler an event.
package react

import (
	"github.com/qiao-platform/qiao/pkg/arrival"
	"github.com/qiao-platform/qiao/pkg/closing"
	"github.com/qiao-platform/qiao/pkg/consume"
	"github.com/qiao-platform/qiao/pkg/evidence"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/education/internal/app"
)

// Router routes the events that the department acts on; in gives the store
// within a transaction.
func Router(a *app.App, in func(*sqldb.Tx) app.Store, held *evidence.Holder) *consume.Router {
	r := consume.NewRouter()
	evidence.Listen(r, held)
	arrival.On(r, "education", in, map[string]arrival.Use[app.Store]{
		"offer": a.StartOfferClock, "decision": a.ServeDecision, "appeal": a.ServeAppeal,
	})
	closing.On(r, in, a.CloseAccount)
	return r
}
