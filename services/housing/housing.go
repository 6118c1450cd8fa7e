// Package housing is the housing department's service: it lists public homes,
// takes applications, decides by dated rules who is eligible, keeps waiting
// lists by published points, hands homes out in rounds that anybody can check,
// and keeps leases to their end. It uses other departments' facts with the worker's consent,
// and tells who has a home.
package housing

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/collision"
	"github.com/qiao-platform/qiao/pkg/death"
	"github.com/qiao-platform/qiao/pkg/evidence"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/life/tell"
	"github.com/qiao-platform/qiao/pkg/ops"
	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/pkg/task"
	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
	"github.com/qiao-platform/qiao/services/housing/internal/api"
	"github.com/qiao-platform/qiao/services/housing/internal/app"
	"github.com/qiao-platform/qiao/services/housing/internal/react"
	"github.com/qiao-platform/qiao/services/housing/internal/store"
)

// Name is the service's name on the bus.
const Name = "housing"

// New puts the service together.
func New(ctx context.Context, d run.Deps) (run.Service, error) {
	return run.New(ctx, Name, store.Migrations, d, func(ctx context.Context, k *run.Kit) (run.Parts, error) {
		tables := store.New(k.Outbox, k.Tasks, k.Pages)
		cases := &app.App{
			Clock: k.Clock, Rules: k.Rules, Calendar: k.Calendar, Codes: k.Codes, NewID: ident.NewID,
			Data: tables, Registry: api.Registry{Caller: k.Caller, Service: Name, Purpose: evidence.PurposeOf(Name)},
		}
		held, err := k.Evidence(ctx, react.Cases{App: cases, In: tables.In})
		if err != nil {
			return run.Parts{}, err
		}
		tables.Evidence = held
		server := &api.Server{App: cases, Outbox: k.Outbox, In: tables.In, Pages: k.Pages, HomesTag: store.HomesTag}
		within := func(f func(context.Context, app.Store, string) error) task.Handler {
			return task.Within(k.Outbox.DB(), tables.In, f)
		}
		return run.Parts{
			Methods: housingv1.HousingMethods(server),
			Life:    tell.In(k.Outbox.DB(), tables.In, cases.ListLife),
			Facts:   []evidence.Source{{Kind: evidence.Lease, Of: server.Leases}},
			Router:  react.Router(cases, tables.In, held),
			Revive:  []death.Use{death.In(tables.In, cases.Revive)},
			Held: []death.Held{
				{Kind: "application", Query: death.Rows("application", "state", "county", "state IN ('submitted', 'eligible', 'refused', 'offered', 'accepted')"), End: death.Ends(tables.In, cases.Withdraw)},
				{Kind: "lease", Query: death.Rows("lease", "'running'", "county", "left_on = ''"), End: death.Ends(tables.In, cases.HandBack)},
			},
			Tasks: map[string]task.Handler{
				app.TaskLapse: within(cases.Lapse), app.TaskLease: within(cases.LookAtLease),
				app.TaskPublish: within(cases.PublishList), app.TaskJobLeft: within(cases.LookAfterJob),
			},
			Ones: []collision.One{
				{Kind: "application", Query: `SELECT id, worker, county || ' ' || kind, county FROM application WHERE ` + person.Whose("worker", 1) + ` AND state IN ('submitted', 'eligible', 'refused', 'offered', 'accepted') ORDER BY submitted_at, id`},
				{Kind: "lease", Query: `SELECT id, worker, '', county FROM lease WHERE ` + person.Whose("worker", 1) + ` AND left_on = '' ORDER BY starts_on, id`},
			},
			Work: store.Work(), Outcomes: store.Outcomes(),
			Elsewhere: store.Elsewhere(),
			Counts: []ops.Count{
				{Thing: "homes_free", Query: `SELECT count(*) FROM home WHERE state = 'free'`},
				{Thing: "applications_open", Query: `SELECT count(*) FROM application WHERE state IN ('submitted', 'eligible', 'refused', 'offered', 'accepted')`},
				{Thing: "rounds_open", Query: `SELECT count(*) FROM round WHERE state <> 'closed'`},
				{Thing: "leases", Query: `SELECT count(*) FROM lease`},
			},
		}, nil
	})
}
