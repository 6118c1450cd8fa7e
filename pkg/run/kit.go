package run

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"sync"

	"github.com/qiao-platform/qiao/pkg/cache"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/evidence"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/task"
)

// Kit is what a service is made from: what it was given, and what was opened
// and loaded for it.
type Kit struct {
	Deps
	Name     string
	Rules    *rule.Book
	Calendar *clock.Calendar
	Codes    *ident.Tables // divisions, occupations and other published lists
	Outbox   *outbox.Outbox
	Tasks    *task.Queue
	Caller   *rpc.Client  // calls other services as this one
	Pages    *cache.Cache // search pages and aggregates

	holder  *evidence.Holder // nil where the department holds no facts of others
	closers []func() error
}

// New makes a service: it opens what every service has, lets build make the
// department's own parts, and puts all together. Where one of these steps fails,
// what was opened is closed.
func New(ctx context.Context, name string, migrations fs.FS, d Deps, build func(context.Context, *Kit) (Parts, error)) (Service, error) {
	k, err := Open(ctx, name, migrations, d)
	if err != nil {
		return nil, err
	}
	p, err := build(ctx, k)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", name, err), k.Close())
	}
	s, err := k.assemble(ctx, p, true)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", name, err), k.Close())
	}
	return s, nil
}

// Open opens a service's database and brings its tables up to date; the caller
// closes the kit, or the service that is assembled from it.
func Open(ctx context.Context, name string, migrations fs.FS, d Deps) (*Kit, error) {
	k := &Kit{Deps: d, Name: name}
	db, err := k.open(ctx, migrations)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", name, err), k.Close())
	}
	tel := d.Telemetry.For(name)
	k.Outbox = outbox.New(name, db, d.Clock, d.Master, d.Partitions)
	k.Tasks = task.New(db, d.Clock, tel)
	k.Caller = rpc.NewClient(d.Conn, d.Signer)
	k.Pages = cache.New(name, d.Redis, tel.Log)
	if d.AskRegistry && name != event.Keeper {
		k.Outbox.Ask(standing(name, k.Caller))
	}
	return k, nil
}

func (k *Kit) open(ctx context.Context, migrations fs.FS) (*sqldb.DB, error) {
	ref, err := loaded()
	if err != nil {
		return nil, err
	}
	k.Rules, k.Calendar, k.Codes = ref.rules, ref.calendar, ref.codes
	db, err := sqldb.Open(ctx, k.Database)
	if err != nil {
		return nil, err
	}
	k.CloseLater(db.Close)
	if err := db.Migrate(ctx, migrations); err != nil {
		return nil, err
	}
	return db, recognise(ctx, db, k.Name, k.Master, k.Clock)
}

// CloseLater closes with the service what its own recipe opened; what was opened
// last is closed first.
func (k *Kit) CloseLater(f func() error) { k.closers = append(k.closers, f) }

// Close closes what was opened.
func (k *Kit) Close() (err error) {
	for _, f := range slices.Backward(k.closers) {
		err = errors.Join(err, f())
	}
	k.closers = nil
	return err
}

// Evidence returns the holder of other departments' facts for this one's cases.
func (k *Kit) Evidence(ctx context.Context, cases evidence.Cases) (*evidence.Holder, error) {
	k.holder = evidence.NewHolder(k.Name, k.Outbox.DB(), cases, k.Tasks, k.Caller, k.Clock)
	return k.holder, k.holder.Follow(ctx)
}

// reference is what was published and does not change while a program runs.
type reference struct {
	rules    *rule.Book
	calendar *clock.Calendar
	codes    *ident.Tables
}

// loaded reads the published lists that the program carries, once.
var loaded = sync.OnceValues(func() (r reference, err error) {
	if r.rules, err = rule.Load(); err != nil {
		return r, err
	}
	if r.calendar, err = clock.LoadCalendar(); err != nil {
		return r, err
	}
	r.codes, err = ident.LoadTables()
	return r, err
})
