// Package education is the education department's service: schools with
// places, a guardian's application for a child, and the offer of a place. What
// other departments recorded stands in for papers, where the guardian agrees.
package education

import (
	"context"
	"errors"

	"github.com/qiao-platform/qiao/pkg/cache"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/evidence"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/ops"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/services/education/internal/api"
	"github.com/qiao-platform/qiao/services/education/internal/app"
	"github.com/qiao-platform/qiao/services/education/internal/react"
	"github.com/qiao-platform/qiao/services/education/internal/store"
)

// Name is the service's name on the bus.
const Name = "education"

// purpose is what a guardian's grants to this department state, and what it
// reads a child's entry for.
const purpose = "school_place"

// New puts the service together.
func New(ctx context.Context, d run.Deps) (run.Service, error) {
	rules, err := rule.Load()
	if err != nil {
		return nil, err
	}
	codes, err := ident.LoadTables()
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
	cases := &app.App{Clock: d.Clock, Rules: rules, Calendar: calendar, Tables: codes, NewID: ident.NewID}
	pages := cache.New(Name, d.Redis, d.Telemetry.For(Name).Log)
	tables := store.New(log, tasks, pages)
	held := evidence.NewHolder(Name, purpose, log.DB(), react.Cases(cases, tables.In), tasks, caller, d.Clock)
	if err := held.Follow(ctx); err != nil {
		return nil, errors.Join(err, log.DB().Close())
	}
	tasks.Handle(store.TaskLapse, react.Lapse(cases, log, tables.In))
	tasks.Handle(store.TaskForget, react.Forget(cases, log, tables.In, held))
	server := &api.Server{
		App: cases, Log: log, In: tables.In, Pages: pages, Evidence: held,
		Children: api.Children{Caller: caller, Service: Name, Purpose: purpose},
	}
	return run.Assemble(ctx, run.Parts{
		Log: log, Tasks: tasks, Caller: caller,
		Methods: server.Methods(),
		Router:  react.Router(Name, cases, tables.In, held), Listens: react.Listens(),
		Counts: []ops.Count{
			{Thing: "schools", Query: `SELECT count(*) FROM school`},
			{Thing: "applications_open", Query: `SELECT count(*) FROM application WHERE state IN ('submitted', 'offered')`},
			{Thing: "rounds_running", Query: `SELECT count(*) FROM school_round WHERE state NOT IN ('ended', 'cancelled')`},
			{Thing: "bureau_tasks_open", Query: `SELECT count(*) FROM bureau_task WHERE state = 'open'`},
			{Thing: "places_accepted", Query: `SELECT count(*) FROM offer WHERE state = 'accepted'`},
		},
	}, d)
}
