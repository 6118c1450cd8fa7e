// Package registry keeps who the workers are, sealed under a key of their own,
// what they agreed to, what was done in their name and who looked, and brings
// them what concerns them.
package registry

import (
	"context"
	"errors"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/consume"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/ops"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/registry/internal/api"
	"github.com/qiao-platform/qiao/services/registry/internal/app"
	"github.com/qiao-platform/qiao/services/registry/internal/delivery"
	"github.com/qiao-platform/qiao/services/registry/internal/facts"
	"github.com/qiao-platform/qiao/services/registry/internal/react"
	"github.com/qiao-platform/qiao/services/registry/internal/store"
	"github.com/qiao-platform/qiao/services/registry/internal/vault"
)

// Name is the service's name on the bus.
const Name = "registry"

// New puts the service together.
func New(ctx context.Context, d run.Deps) (run.Service, error) {
	rules, err := rule.Load()
	if err != nil {
		return nil, err
	}
	tables, err := ident.LoadTables()
	if err != nil {
		return nil, err
	}
	keys, err := vault.Open(ctx, d.PersonKeys, d.Master, d.Clock)
	if err != nil {
		return nil, err
	}
	log, tasks, caller, err := run.Open(ctx, Name, store.Migrations, d)
	if err != nil {
		return nil, errors.Join(err, keys.Close())
	}
	cases := &app.App{Clock: d.Clock, Rules: rules, Tables: tables, Vault: keys, NewID: ident.NewID}
	people := store.New(log, tasks, d.Clock, keys.Index)
	known, err := people.People(ctx)
	if err == nil {
		err = keys.Begin(ctx, known)
	}
	if err != nil {
		return nil, errors.Join(err, log.DB().Close(), keys.Close())
	}
	in := func(tx *sqldb.Tx) app.Store { return people.In(tx) }
	tasks.Handle(store.TaskDeliver, react.Deliver(cases, log.DB(), in, delivery.Mailbox{DB: log.DB(), In: in, Clock: d.Clock}))
	tasks.Handle(store.TaskEraseKey, react.EraseKey(keys))
	closing := func(ctx context.Context, owner string) error {
		return log.DB().Update(ctx, func(tx *sqldb.Tx) error { return cases.CloseErased(ctx, in(tx), owner) })
	}
	router := react.Router(cases, in)
	router.Rebuilds(consume.Model{Name: store.Timeline, Apply: react.Refill(in), Swap: store.SwapTimelines, Clear: store.ClearNextTimeline})
	server := &api.Server{App: cases, Log: log, In: in, Facts: facts.Load()}
	s, err := run.Assemble(ctx, run.Parts{
		Log: log, Tasks: tasks, Caller: caller,
		Methods: server.Methods(),
		Router:  router, Listens: react.Listens(),
		Counts: []ops.Count{
			{Thing: "workers", Query: `SELECT count(*) FROM worker WHERE closed_on = ''`},
			{Thing: "children", Query: `SELECT count(*) FROM child`},
			{Thing: "grants_active", Query: `SELECT count(*) FROM consent WHERE withdrawn_at = 0 AND valid_from <= $1 AND (valid_to = '' OR valid_to >= $1)`, Today: func() clock.Date { return clock.Today(d.Clock) }},
			{Thing: "timeline_entries", Query: `SELECT count(*) FROM timeline`},
			{Thing: "messages", Query: `SELECT count(*) FROM message`},
		},
		Known:  keys.Holds,
		Covers: server.Covers,
		Apart:  []func() (string, time.Time){keys.Trouble},
		Together: []func(context.Context) error{func(ctx context.Context) error {
			return keys.Keep(ctx, owners{people, closing}, d.Telemetry.For(Name).Log)
		}},
	}, d)
	if err != nil {
		return nil, errors.Join(err, log.DB().Close(), keys.Close())
	}
	return service{s, keys}, nil
}

// owners tells the vault whom the registry knows, and closes accounts.
type owners struct {
	*store.Store
	close func(ctx context.Context, owner string) error
}

// CloseErased closes what of these is an open account; mostly there is none.
func (o owners) CloseErased(ctx context.Context, all []string) error {
	open, err := o.Open(ctx, all)
	if err != nil {
		return err
	}
	for _, w := range open {
		if err := o.close(ctx, w); err != nil {
			return err
		}
	}
	return nil
}

// service closes the key database with the registry's own.
type service struct {
	run.Service
	keys *vault.Vault
}

// Close releases both databases; call it after Run has returned.
func (s service) Close() error { return errors.Join(s.Service.Close(), s.keys.Close()) }
