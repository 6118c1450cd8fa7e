// Package insurance is the social-insurance department's service: it opens the
// employer's duty to enrol when a hire is registered, records enrolments and
// credited months, and stops cover when a hire ends.
package insurance

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/ops"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/pkg/run"
	insurancev1 "github.com/qiao-platform/qiao/proto/gen/insurance/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/services/insurance/internal/api"
	"github.com/qiao-platform/qiao/services/insurance/internal/app"
	"github.com/qiao-platform/qiao/services/insurance/internal/react"
	"github.com/qiao-platform/qiao/services/insurance/internal/store"
)

// Name is the service's name on the bus.
const Name = "insurance"

// New puts the service together.
func New(ctx context.Context, d run.Deps) (run.Service, error) {
	rules, err := rule.Load()
	if err != nil {
		return nil, err
	}
	calendar, err := clock.LoadCalendar()
	if err != nil {
		return nil, err
	}
	log, tasks, caller, err := run.Open(ctx, Name, store.Migrations, d)
	if err != nil {
		return nil, err
	}
	cases := &app.App{Clock: d.Clock, Rules: rules, Calendar: calendar, NewID: ident.NewID}
	tables := store.New(log, tasks)
	tasks.Handle(store.TaskCheckDuty, react.CheckDuty(cases, log, tables.In))
	tasks.Handle(store.TaskAskAge, react.AskAge(cases, caller, log, tables.In))
	server := &api.Server{App: cases, Log: log, In: tables.In}
	return run.Assemble(ctx, run.Parts{
		Log: log, Tasks: tasks, Caller: caller,
		Methods: append(insurancev1.InsuranceMethods(server), platformv1.FactsMethods(server)...),
		Router:  react.Router(cases, tables.In), Listens: react.Listens(),
		Counts: []ops.Count{
			{Thing: "duties_open", Query: `SELECT count(*) FROM duty WHERE state IN ('open', 'overdue')`},
			{Thing: "covers_active", Query: `SELECT count(*) FROM cover WHERE active = 1`},
		},
	}, d)
}
