// Package react is what employment does when something happened in another
// department, one handler an event.
package react

import (
	"context"
	"time"

	"github.com/qiao-platform/qiao/pkg/arrival"
	"github.com/qiao-platform/qiao/pkg/closing"
	"github.com/qiao-platform/qiao/pkg/consume"
	"github.com/qiao-platform/qiao/pkg/evidence"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/employment/internal/app"
	"github.com/qiao-platform/qiao/services/employment/internal/app/fair"
	"github.com/qiao-platform/qiao/services/employment/internal/app/startup"
)

// Department is what the handlers act on: the use cases of each part, and its
// store within a transaction.
type Department struct {
	App      *app.App
	In       func(*sqldb.Tx) app.Store
	Fair     *fair.App
	Fairs    func(*sqldb.Tx) fair.Store
	Startup  *startup.App
	Startups func(*sqldb.Tx) startup.Store
	Evidence *evidence.Holder
}

// Router routes the events that the department acts on.
func (d Department) Router() *consume.Router {
	r := consume.NewRouter()
	evidence.Listen(r, d.Evidence)
	tx := func(tx *sqldb.Tx) *sqldb.Tx { return tx } // three stores have their part in it
	arrival.On(r, "employment", tx, map[string]arrival.Use[*sqldb.Tx]{
		"offer": func(ctx context.Context, tx *sqldb.Tx, id, _ string, at time.Time) error {
			return d.App.StartOfferClock(ctx, d.In(tx), id, at)
		},
		"proposal": func(ctx context.Context, tx *sqldb.Tx, id, _ string, at time.Time) error {
			return d.Fair.StartProposalClock(ctx, d.Fairs(tx), id, at)
		},
		"fair_result": func(ctx context.Context, tx *sqldb.Tx, id, _ string, at time.Time) error {
			return d.Fair.ServeResult(ctx, d.Fairs(tx), id, at)
		},
		"passed_over": func(ctx context.Context, tx *sqldb.Tx, id, _ string, at time.Time) error {
			return d.Fair.ServePassing(ctx, d.Fairs(tx), id, at)
		},
	})
	closing.On(r, tx, d.closeAccount)
	return r
}

func (d Department) closeAccount(ctx context.Context, tx *sqldb.Tx, worker string) error {
	if err := d.App.CloseAccount(ctx, d.In(tx), worker); err != nil {
		return err
	}
	if err := d.Fair.CloseAccount(ctx, d.Fairs(tx), worker); err != nil {
		return err
	}
	return d.Startup.CloseAccount(ctx, d.Startups(tx), worker)
}
