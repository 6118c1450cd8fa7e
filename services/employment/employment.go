// Package employment is the employment department's service: it registers
// employers, publishes their vacancies, takes workers' applications, and
// registers the hires that workers accept or confirm.
package employment

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
	"github.com/qiao-platform/qiao/services/employment/internal/api"
	"github.com/qiao-platform/qiao/services/employment/internal/app"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
	"github.com/qiao-platform/qiao/services/employment/internal/match"
	"github.com/qiao-platform/qiao/services/employment/internal/react"
	"github.com/qiao-platform/qiao/services/employment/internal/store"
)

// Name is the service's name on the bus.
const Name = "employment"

// purpose is that of the grants under which a worker shares certificates here.
const purpose = "job_search"

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
	codes, err := ident.LoadTables()
	if err != nil {
		return nil, err
	}
	phrases, err := domain.LoadPhrases()
	if err != nil {
		return nil, err
	}
	log, tasks, caller, err := run.Open(ctx, Name, store.Migrations, d)
	if err != nil {
		return nil, err
	}
	pages := cache.New(Name, d.Redis, d.Telemetry.For(Name).Log)
	open := match.New()
	cases := &app.App{Clock: d.Clock, Rules: rules, Calendar: calendar, Codes: codes, Phrases: phrases, Open: open, NewID: ident.NewID}
	tables := store.New(log, tasks, d.Master, pages, open)
	changes, err := tables.Follow(ctx)
	if err != nil {
		return nil, errors.Join(err, log.DB().Close())
	}
	if err := open.Fill(ctx, changes); err != nil {
		return nil, errors.Join(err, log.DB().Close())
	}
	holder := evidence.NewHolder(Name, purpose, log.DB(), react.Cases{App: cases, In: tables.In}, tasks, caller, d.Clock)
	if err := holder.Follow(ctx); err != nil {
		return nil, errors.Join(err, log.DB().Close())
	}
	tasks.Handle(store.TaskLapseOffer, react.LapseOffer(cases, log, tables.In))
	tasks.Handle(store.TaskLapseProposal, react.LapseProposal(cases, log, tables.In))
	server := &api.Server{App: cases, Log: log, In: tables.In, Pages: pages, Holder: holder, Caller: caller}
	return run.Assemble(ctx, run.Parts{
		Log: log, Tasks: tasks, Caller: caller,
		Methods: server.Methods(),
		Router:  react.Router(cases, tables.In, holder), Listens: react.Listens(),
		Together: []func(context.Context) error{
			func(ctx context.Context) error { return open.Follow(ctx, changes, d.Telemetry.For(Name).Log) },
		},
		Counts: []ops.Count{
			{Thing: "employers", Query: `SELECT count(*) FROM employer`},
			{Thing: "vacancies_open", Query: `SELECT count(*) FROM vacancy WHERE state = 'open'`},
			{Thing: "applications", Query: `SELECT count(*) FROM application`},
			{Thing: "fairs", Query: `SELECT count(*) FROM fair`},
			{Thing: "hires", Query: `SELECT count(*) FROM hire`},
		},
	}, d)
}
