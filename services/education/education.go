// Package education is the education department's service: schools with
// places, a guardian's application for a child, and the offer of a place. What
// other departments recorded stands in for papers, where the guardian agrees.
package education

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
	educationv1 "github.com/qiao-platform/qiao/proto/gen/education/v1"
	"github.com/qiao-platform/qiao/services/education/internal/api"
	"github.com/qiao-platform/qiao/services/education/internal/app"
	"github.com/qiao-platform/qiao/services/education/internal/react"
	"github.com/qiao-platform/qiao/services/education/internal/store"
)

// Name is the service's name on the bus.
const Name = "education"

// New puts the service together.
func New(ctx context.Context, d run.Deps) (run.Service, error) {
	return run.New(ctx, Name, store.Migrations, d, func(ctx context.Context, k *run.Kit) (run.Parts, error) {
		tables := store.New(k.Outbox, k.Tasks, k.Pages)
		children := api.Children{Caller: k.Caller, Service: Name, Purpose: evidence.PurposeOf(Name)}
		cases := &app.App{Clock: k.Clock, Rules: k.Rules, Calendar: k.Calendar, Tables: k.Codes, NewID: ident.NewID, Data: tables, Children: children}
		held, err := k.Evidence(ctx, react.Cases(cases, tables.In))
		if err != nil {
			return run.Parts{}, err
		}
		tables.Evidence = held
		server := &api.Server{App: cases, Outbox: k.Outbox, In: tables.In, Pages: k.Pages}
		return run.Parts{
			Methods: append(educationv1.EducationMethods(server), educationv1.GuardiansMethods(server)...),
			Router:  react.Router(cases, tables.In, held),
			Revive:  []death.Use{death.In(tables.In, cases.Revive)},
			Tasks: map[string]task.Handler{
				store.TaskLapse:  task.Within(k.Outbox.DB(), tables.In, cases.Lapse),
				store.TaskForget: task.Within(k.Outbox.DB(), tables.In, cases.ForgetEvidence),
				store.TaskFollow: react.Follow(cases),
			},
			Ones: []collision.One{
				{Kind: "application", Query: `SELECT id, worker, stage, county FROM application WHERE ` + person.Whose("worker", 1) + ` AND state <> 'withdrawn' ORDER BY submitted_at, id`},
			},
			Work: store.Work(), Outcomes: store.Outcomes(),
			Life:      tell.In(k.Outbox.DB(), tables.In, cases.ListLife),
			Elsewhere: store.Elsewhere(),
			Counts: []ops.Count{
				{Thing: "schools", Query: `SELECT count(*) FROM school`},
				{Thing: "applications_open", Query: `SELECT count(*) FROM application WHERE state IN ('submitted', 'offered')`},
				{Thing: "rounds_running", Query: `SELECT count(*) FROM school_round WHERE state NOT IN ('ended', 'cancelled')`},
				{Thing: "bureau_tasks_open", Query: `SELECT count(*) FROM bureau_task WHERE state = 'open'`},
				{Thing: "places_accepted", Query: `SELECT count(*) FROM offer WHERE state = 'accepted'`},
			},
		}, nil
	})
}
