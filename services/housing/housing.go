// Package housing is the housing department's service: it lists public homes,
// takes applications, decides by dated rules who is eligible, keeps waiting
// lists by published points, hands homes out in rounds that anybody can check,
// and keeps leases to their end. It uses other departments' facts with the worker's consent,
// and tells who has a home.
package housing

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
	"github.com/qiao-platform/qiao/pkg/sqldb"
	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/services/housing/internal/api"
	"github.com/qiao-platform/qiao/services/housing/internal/app"
	"github.com/qiao-platform/qiao/services/housing/internal/react"
	"github.com/qiao-platform/qiao/services/housing/internal/store"
)

// Name is the service's name on the bus.
const Name = "housing"

// purpose is what a worker's consent to the use of facts here is given for.
const purpose = "public_rental"

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
	tables, err := ident.LoadTables()
	if err != nil {
		return nil, err
	}
	log, tasks, caller, err := run.Open(ctx, Name, store.Migrations, d)
	if err != nil {
		return nil, err
	}
	pages := cache.New(Name, d.Redis, d.Telemetry.For(Name).Log)
	rows := store.New(log, tasks, pages)
	in := func(tx *sqldb.Tx) app.Store { return rows.In(tx) }
	cases := &app.App{Clock: d.Clock, Rules: rules, Calendar: calendar, Tables: tables, NewID: ident.NewID}
	holder := evidence.NewHolder(Name, purpose, log.DB(), react.Cases{App: cases, In: in}, tasks, caller, d.Clock)
	if err := holder.Follow(ctx); err != nil {
		return nil, errors.Join(err, log.DB().Close())
	}
	for kind, f := range react.Tasks(cases) {
		tasks.Handle(kind, react.Do(log, in, f))
	}
	server := &api.Server{App: cases, Log: log, In: in, Evidence: holder, Pages: pages, HomesTag: store.HomesTag, Caller: caller, Purpose: purpose}
	return run.Assemble(ctx, run.Parts{
		Log: log, Tasks: tasks, Caller: caller,
		Methods: append(housingv1.HousingMethods(server), platformv1.FactsMethods(server)...),
		Router:  react.Router(cases, in, holder), Listens: react.Listens(),
		Counts: []ops.Count{
			{Thing: "homes_free", Query: `SELECT count(*) FROM home WHERE state = 'free'`},
			{Thing: "applications_open", Query: `SELECT count(*) FROM application WHERE state IN ('submitted', 'eligible', 'refused', 'offered', 'accepted')`},
			{Thing: "rounds_open", Query: `SELECT count(*) FROM round WHERE state <> 'closed'`},
			{Thing: "leases", Query: `SELECT count(*) FROM lease`},
		},
	}, d)
}
