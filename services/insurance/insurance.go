// Package insurance is the social-insurance department's service: it opens the
// employer's duty to enrol when a hire is registered, records enrolments and
// credited months, and stops cover when a hire ends.
package insurance

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
	insurancev1 "github.com/qiao-platform/qiao/proto/gen/insurance/v1"
	"github.com/qiao-platform/qiao/services/insurance/internal/api"
	"github.com/qiao-platform/qiao/services/insurance/internal/app"
	"github.com/qiao-platform/qiao/services/insurance/internal/react"
	"github.com/qiao-platform/qiao/services/insurance/internal/store"
)

// Name is the service's name on the bus.
const Name = "insurance"

// New puts the service together.
func New(ctx context.Context, d run.Deps) (run.Service, error) {
	return run.New(ctx, Name, store.Migrations, d, func(_ context.Context, k *run.Kit) (run.Parts, error) {
		cases := &app.App{Clock: k.Clock, Rules: k.Rules, Calendar: k.Calendar, NewID: ident.NewID}
		tables := store.New(k.Outbox, k.Tasks)
		server := &api.Server{App: cases, Outbox: k.Outbox, In: tables.In}
		return run.Parts{
			Methods: insurancev1.InsuranceMethods(server),
			Facts:   []evidence.Source{{Kind: evidence.InsuranceMonths, Of: server.Months}},
			Router:  react.Router(cases, tables.In),
			Tasks: map[string]task.Handler{
				store.TaskCheckDuty: task.Within(k.Outbox.DB(), tables.In, cases.CheckDuty),
				store.TaskAskAge:    react.AskAge(cases, k.Caller, k.Outbox, tables.In),
			},
			Ones: []collision.One{
				{Kind: "cover", Query: `SELECT c.id, c.worker, d.employer_id, c.division FROM cover c JOIN duty d ON d.id = c.duty_id WHERE ` + person.Whose("c.worker", 1) + ` AND c.active = 1 ORDER BY c.from_month, c.id`},
				{Kind: "duty", Query: `SELECT id, worker, employer_id, division FROM duty WHERE ` + person.Whose("worker", 1) + ` AND state IN ('open', 'overdue') ORDER BY start_on, id`},
			},
			Held: []death.Held{ // due to the family: nothing is ended here
				{Kind: "duty", Query: death.Rows("duty", "state", "division", "state IN ('open', 'overdue')")},
				{Kind: "cover", Query: death.Rows("cover", "'active'", "division", "active = 1")},
			},
			Life: tell.In(k.Outbox.DB(), tables.In, cases.ListLife),
			Work: store.Work(), Outcomes: store.Outcomes(),
			Elsewhere: store.Elsewhere(),
			Counts: []ops.Count{
				{Thing: "duties_open", Query: `SELECT count(*) FROM duty WHERE state IN ('open', 'overdue')`},
				{Thing: "covers_active", Query: `SELECT count(*) FROM cover WHERE active = 1`},
			},
		}, nil
	})
}
