// Package registry keeps who the workers are, sealed under a key of their own,
// what they agreed to, what was done in their name and who looked, and brings
// them what concerns them.
package registry

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/consume"
	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/evidence"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/ops"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/task"
	"github.com/qiao-platform/qiao/proto/services"
	"github.com/qiao-platform/qiao/services/registry/internal/api"
	"github.com/qiao-platform/qiao/services/registry/internal/app"
	"github.com/qiao-platform/qiao/services/registry/internal/delivery"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
	"github.com/qiao-platform/qiao/services/registry/internal/facts"
	"github.com/qiao-platform/qiao/services/registry/internal/react"
	"github.com/qiao-platform/qiao/services/registry/internal/sounds"
	"github.com/qiao-platform/qiao/services/registry/internal/store"
	"github.com/qiao-platform/qiao/services/registry/internal/vault"
)

// Name is the service's name on the bus.
const Name = "registry"

// New puts the service together.
func New(ctx context.Context, d run.Deps) (run.Service, error) {
	// The keys come first: they tell a wrong master key by what it cannot open,
	// before it is noted in the registry's own database as the one that it began with.
	keys, err := vault.Open(ctx, d.PersonKeys, d.Master, d.Clock)
	if err != nil {
		return nil, err
	}
	closing := sync.OnceValue(keys.Close) // with the service, or where it could not be made
	s, err := run.New(ctx, Name, store.Migrations, d, func(ctx context.Context, k *run.Kit) (run.Parts, error) {
		k.CloseLater(closing)
		types := facts.Load()
		people := store.New(k.Outbox, k.Tasks, k.Clock, keys.Index)
		cases := &app.App{
			Departments: services.Names()[1:], Facts: factKinds(), FactOf: factOf(types), Clock: k.Clock, Rules: k.Rules, Calendar: k.Calendar, Tables: k.Codes, Vault: keys, Data: people, NewID: ident.NewID, Kind: event.KindOf, Spell: sounds.Of, FindsNobody: k.FindsNobody,
		}
		known, err := people.People(ctx)
		if err == nil {
			err = keys.Begin(ctx, known)
		}
		if err != nil {
			return run.Parts{}, err
		}
		if err := errors.Join(people.LikenOlds(ctx), people.PhoneOlds(ctx)); err != nil {
			return run.Parts{}, err
		}
		db := k.Outbox.DB()
		in := func(tx *sqldb.Tx) app.Store { return people.In(tx) }
		erased := func(ctx context.Context, owner string) error {
			return db.Update(ctx, func(tx *sqldb.Tx) error { return cases.CloseErased(ctx, in(tx), owner) })
		}
		router, err := react.Router(cases, in)
		if err != nil {
			return run.Parts{}, err
		}
		router.Rebuilds(consume.Model{Name: store.Timeline, Apply: react.Refill(in), Swap: store.SwapTimelines, Clear: store.ClearNextTimeline})
		server := &api.Server{App: cases, Outbox: k.Outbox, In: in, Facts: types}
		switch {
		case d.Demo:
			server.Box = &delivery.Box{DB: db, Seal: k.Master, Clock: k.Clock}
			cases.Sender = server.Box
		case d.Messages.URL != "":
			cases.Sender = delivery.Gateway{URL: d.Messages.URL, Template: d.Messages.Template, Sign: d.Messages.Sign, Key: d.Messages.Key, Clock: k.Clock}
		}
		return run.Parts{
			Methods: server.Methods(),
			Router:  router,
			Tasks: map[string]task.Handler{
				store.TaskDeliver:   react.Deliver(cases, db, in, delivery.Mailbox{DB: db, In: in, Clock: k.Clock}),
				store.TaskEraseKey:  react.EraseKey(keys),
				store.TaskGuardian:  task.Within(db, in, cases.SilentGuardian),
				store.TaskHeir:      task.Within(db, in, cases.EraseForHeir),
				store.TaskShown:     task.Within(db, in, cases.HidingEnds),
				store.TaskLiken:     func(ctx context.Context, worker []byte) error { return cases.Liken(ctx, string(worker)) },
				store.TaskRefileKey: react.RefileKey(cases),
				store.TaskUnseen:    task.Within(db, in, cases.LookAtUnseen),
			},
			LongTasks: map[string]task.Handler{
				store.TaskLikenOlds: func(ctx context.Context, _ []byte) error { return cases.LikenOlds(ctx) },
				store.TaskPhoneOlds: func(ctx context.Context, _ []byte) error { return cases.PhoneOlds(ctx) },
			},
			Life: cases.ListLife,
			Work: store.Work(),
			Counts: []ops.Count{
				{Thing: "workers", Query: `SELECT count(*) FROM worker WHERE closed_on = '' AND joined_into = '' AND unseen_until = ''`},
				{Thing: "children", Query: `SELECT count(*) FROM child`},
				{Thing: "grants_active", Query: `SELECT count(*) FROM consent WHERE withdrawn_at = 0 AND valid_from <= $1 AND (valid_to = '' OR valid_to >= $1)`, Today: func() clock.Date { return clock.Today(k.Clock) }},
				{Thing: "timeline_entries", Query: `SELECT count(*) FROM timeline`},
				{Thing: "messages", Query: `SELECT count(*) FROM message`},
			},
			Known:  keys.Holds,
			Covers: server.Covers,
			Apart:  []func() (string, time.Time){keys.Trouble},
			Together: []func(context.Context) error{func(ctx context.Context) error {
				return keys.Keep(ctx, owners{people, erased}, k.Telemetry.For(Name).Log)
			}, func(ctx context.Context) error {
				return react.Grow(ctx, cases.GrowUp, k.Clock, k.Telemetry.For(Name).Log)
			}},
		}, nil
	})
	if err != nil {
		return nil, errors.Join(err, closing())
	}
	return s, nil
}

// factOf reads from the contracts which fact an event is news of.
func factOf(types facts.Types) func(eventType string, data []byte) (domain.FactRef, bool) {
	return func(eventType string, data []byte) (domain.FactRef, bool) {
		kind, id, is := types.News(eventType, data)
		return domain.FactRef{Kind: kind, ID: id}, is
	}
}

// factKinds are the contract's kinds of facts.
func factKinds() domain.FactKinds {
	all := domain.FactKinds{}
	for _, k := range evidence.Kinds() {
		all[k.Name] = domain.FactKind{Source: k.Source, Holders: k.Holders}
	}
	return all
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
