// Package training is the training department's service: it publishes courses,
// gives places and keeps the waiting list, records who completed, issues
// certificates, and notes the safety training that a hire with hazards makes due.
package training

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/ops"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/services/training/internal/api"
	"github.com/qiao-platform/qiao/services/training/internal/app"
	"github.com/qiao-platform/qiao/services/training/internal/react"
	"github.com/qiao-platform/qiao/services/training/internal/store"
)

// Name is the service's name on the bus.
const Name = "training"

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
	log, tasks, caller, err := run.Open(ctx, Name, store.Migrations, d)
	if err != nil {
		return nil, err
	}
	cases := &app.App{Clock: d.Clock, Rules: rules, Codes: codes, NewID: ident.NewID}
	tables := store.New(log)
	server := &api.Server{App: cases, Log: log, In: tables.In}
	return run.Assemble(ctx, run.Parts{
		Log: log, Tasks: tasks, Caller: caller,
		Methods: server.Methods(),
		Router:  react.Router(cases, tables.In), Listens: react.Listens(),
		Counts: []ops.Count{
			{Thing: "courses", Query: `SELECT count(*) FROM course`},
			{Thing: "enrolments", Query: `SELECT count(*) FROM enrolment WHERE state <> 'dropped'`},
			{Thing: "certificates", Query: `SELECT count(*) FROM certificate`},
		},
	}, d)
}
