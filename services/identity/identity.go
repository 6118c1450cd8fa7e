// Package identity is the service that knows who somebody is: accounts, what they
// prove themselves with, sessions, and what each may do where. It alone issues the
// principals of people.
package identity

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/qiao-platform/qiao/pkg/approved"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/death"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/ops"
	"github.com/qiao-platform/qiao/pkg/revoked"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/task"
	"github.com/qiao-platform/qiao/services/identity/internal/api"
	"github.com/qiao-platform/qiao/services/identity/internal/app"
	"github.com/qiao-platform/qiao/services/identity/internal/domain"
	"github.com/qiao-platform/qiao/services/identity/internal/factor"
	"github.com/qiao-platform/qiao/services/identity/internal/memory"
	"github.com/qiao-platform/qiao/services/identity/internal/outside"
	"github.com/qiao-platform/qiao/services/identity/internal/react"
	"github.com/qiao-platform/qiao/services/identity/internal/store"
)

// Name is the service's name on the bus.
const Name = "identity"

// hashesAtOnce bounds the memory of all sign-ins: 19 MiB each.
const hashesAtOnce = 4

var errNoIssuer = errors.New("identity: the key that signs for people is missing")

// Identity is the service, and what only the process that holds it may ask.
type Identity struct {
	run.Service
	cases  *app.App
	tables *store.Store
	news   func()
	audit  *audited
}

// Revoked lists what was revoked after a number, for who is in the same process.
func (i *Identity) Revoked(ctx context.Context, after int64) (a revoked.Answer, err error) {
	err = i.tables.Look(ctx, func(s app.Store) error {
		all, number, more, err := i.cases.Revoked(s, after)
		a = revoked.Answer{Number: number, More: more}
		for _, r := range all {
			a.Ranges = append(a.Ranges, revoked.Range{First: r.First, Last: r.Last})
		}
		return err
	})
	return a, err
}

// Check says whether a session is live, as the console asks it: by what is remembered,
// or by its row.
func (i *Identity) Check(ctx context.Context, secret string) error {
	_, _, err := i.cases.Check(ctx, secret)
	return err
}

// CheckStored is Check by the row alone.
func (i *Identity) CheckStored(ctx context.Context, secret string) error {
	hash := sha256.Sum256([]byte(secret))
	_, err := i.cases.CheckStored(ctx, hash[:])
	return err
}

// ShutOutEverybody ends every session of the platform. It is the act of who holds its
// key, for the day on which nobody's administrator can be trusted.
func (i *Identity) ShutOutEverybody(ctx context.Context) (n int, err error) {
	err = i.tables.Change(ctx, func(s app.Store) (err error) {
		n, err = i.cases.ShutOutEverybody(s)
		return err
	})
	if err == nil {
		i.news()
	}
	return n, err
}

// New puts the service together.
func New(ctx context.Context, d run.Deps) (run.Service, error) { return Open(ctx, d) }

// Open is New for a process that also makes the first administrator's link.
func Open(ctx context.Context, d run.Deps) (*Identity, error) { return open(ctx, d, factor.Usual) }

func open(ctx context.Context, d run.Deps, cost factor.Cost) (*Identity, error) {
	i := &Identity{}
	var err error
	i.Service, err = run.New(ctx, Name, store.Migrations, d, func(ctx context.Context, k *run.Kit) (run.Parts, error) {
		if d.People == nil {
			return run.Parts{}, errNoIssuer
		}
		host, origins := cmp.Or(d.SignIn.Host, "localhost"), d.SignIn.Origins
		if len(origins) == 0 {
			origins = []string{"http://localhost:8080"}
		}
		passkeys, err := factor.NewPasskeys(host, origins)
		if err != nil {
			return run.Parts{}, err
		}
		known, err := sources(d.SignIn.Outside)
		if err != nil {
			return run.Parts{}, err
		}
		tables, news := store.New(k.Outbox, k.Tasks, k.Master), make(chan struct{}, 1)
		book := revoked.New(i.Revoked, nil)
		var remembers app.Memory
		if k.Redis != nil {
			remembers = memory.New(k.Redis, k.Clock)
		}
		i.news = func() { book.Stale(); ring(news) }
		i.tables = tables
		audit := &audited{}
		i.audit = audit
		asked := newPeople(k.Caller)
		i.cases = &app.App{
			Phones: asked, People: asked, Firms: newFirms(k.Caller),
			Memory: remembers, RevokedNow: book.Number, Demo: d.Demo,
			Clock: k.Clock, Codes: k.Codes, Rules: k.Rules, NewID: ident.NewID, Data: tables, Hasher: factor.NewHasher(cost, hashesAtOnce),
			OneTime: factor.OneTime{}, Passkeys: passkeys, Sources: known, Issuer: d.People, Keyed: k.Master, Random: random, Announced: i.news,
			Approves: func() { tell(k) },
		}
		if d.AskRegistry {
			i.cases.Covers = asked.covers
		}
		policy, err := domain.PolicyOn(k.Rules, clock.Today(k.Clock), "")
		if err != nil {
			return run.Parts{}, err
		}
		server := &api.Server{App: i.cases, Outbox: k.Outbox, In: tables.In}
		return run.Parts{
			Methods: api.Methods(server), Work: store.Work(policy),
			Apart:  []func() (string, time.Time){audit.Trouble},
			Router: react.Router(i.cases, tables.In),
			Died: []death.End{func(_ context.Context, tx *sqldb.Tx, worker string) error {
				return i.cases.EndOfDead(tables.In(tx), worker)
			}},
			Tasks:  map[string]task.Handler{store.TaskHandCode: i.cases.HandCode},
			Counts: []ops.Count{{Thing: "identity_accounts", Query: `SELECT count(*) FROM login_account`}},
			Together: []func(context.Context) error{
				func(ctx context.Context) error { return announce(ctx, news, i.cases, k) },
				func(ctx context.Context) error { return sweep(ctx, i.cases, tables, audit, k) },
				func(ctx context.Context) error { return i.first(ctx, d.SignIn.LinkFile, k) },
			},
		}, nil
	})
	if err != nil {
		return nil, err
	}
	return i, nil
}

// Administered reports whether there is an administrator.
func (i *Identity) Administered(ctx context.Context) (there bool, err error) {
	err = i.tables.Look(ctx, func(s app.Store) error {
		all, err := s.Administrators()
		there = len(all) > 0
		return err
	})
	return there, err
}

// FirstLink makes the first administrator's link where there is no administrator yet:
// it is shown on a terminal, or written to a file, and ends after a day.
func (i *Identity) FirstLink(ctx context.Context) (link string, ends time.Time, needed bool, err error) {
	l, needed, err := i.cases.FirstLink(ctx, nil)
	return l.Secret, l.Ends, needed, err
}

// first writes the first administrator's link where nobody can sign in yet, and else
// takes away one that was written. The log
// says that it was written, and never what.
func (i *Identity) first(ctx context.Context, path string, k *run.Kit) error {
	if path == "" {
		return nil
	}
	// Of several instances each makes a link, and the last one's opens: it is the one that
	// is in the file, since it is written while the others wait.
	l, needed, err := i.cases.FirstLink(ctx, func(secret string) error { return WriteLink(path, secret) })
	log := k.Telemetry.For(Name).Log
	if err == nil && !needed {
		err = i.clear(ctx, path)
	}
	switch {
	case err != nil:
		log.ErrorContext(ctx, "the first administrator's link was not written", "error", err)
	case needed:
		log.WarnContext(ctx, "there is no administrator yet: the link for the first one was written", "file", path, "ends", l.Ends)
	}
	return nil
}

// clear takes away the file of a link that was used, or that opens nothing any more. One
// that opens an account stays: whom the holder of the platform's key appointed may not have
// read it yet.
func (i *Identity) clear(ctx context.Context, path string) error {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if opens, err := i.cases.Opens(ctx, strings.TrimSpace(string(text))); err != nil || opens {
		return err
	}
	if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// WriteLink writes a link to a file of its owner's alone; one that is there is replaced.
func WriteLink(path, link string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(link + "\n")
	return errors.Join(err, f.Close())
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails: the program ends if the system has no randomness
	return b
}

func ring(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

func sources(all []run.Outside) (map[string]app.IdentitySource, error) {
	known := map[string]app.IdentitySource{}
	for _, o := range all {
		var one app.IdentitySource
		var err error
		if o.Login != "" {
			one, err = outside.NewTicket(outside.TicketConfig{
				AppID: o.ClientID, Secret: o.ClientSecret, Redirect: o.Redirect, Login: o.Login, Token: o.Token, User: o.User,
				Ticket: o.Ticket, TokenPath: o.TokenPath, SubjectPath: o.SubjectPath, Level: o.Level,
			})
		} else {
			one, err = outside.New(outside.Config{Issuer: o.Issuer, ClientID: o.ClientID, ClientSecret: o.ClientSecret, Redirect: o.Redirect, Level: o.Level})
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", o.Name, err)
		}
		known[o.Name] = one
	}
	return known, nil
}

// announce tells every process the newest number of what was revoked, as soon as
// something was. It is a hint: who hears nothing asks.
func announce(ctx context.Context, news <-chan struct{}, cases *app.App, k *run.Kit) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-news:
		}
		var number int64
		err := cases.Data.Look(ctx, func(s app.Store) (err error) {
			_, number, err = s.Revoked(0, k.Clock.Now(), 0)
			return err
		})
		if err == nil {
			err = revoked.Announce(k.Conn, number)
		}
		if err != nil && ctx.Err() == nil {
			k.Telemetry.For(Name).Log.WarnContext(ctx, "what was revoked is not announced", "error", err)
		}
	}
}

// tell lets the pages know at once that other texts are approved. It is a hint: who hears
// nothing asks within a minute.
func tell(k *run.Kit) {
	if err := approved.Announce(k.Conn); err != nil {
		k.Telemetry.For(Name).Log.Warn("what texts are approved is not announced", "error", err)
	}
}

// sweepEach is after how many minutes what is over is forgotten.
const sweepEach = 5

// audited is since when the audit is not what was sealed.
type audited struct{ since atomic.Int64 }

// Trouble is what the operator's page says of it.
func (a *audited) Trouble() (code string, since time.Time) {
	if at := a.since.Load(); at != 0 {
		return run.AuditBroken, time.UnixMicro(at)
	}
	return "", time.Time{}
}

// seal seals the audit each minute and at the start, and notes where it is not whole.
func (a *audited) seal(ctx context.Context, cases *app.App) error {
	err := cases.Seal(ctx)
	switch {
	case errs.CodeOf(err) == run.AuditBroken:
		a.since.CompareAndSwap(0, time.Now().UnixMicro())
	case err == nil:
		a.since.Store(0)
	}
	return err
}

// sweep writes each minute what was refused again within the last, seals the audit, and
// forgets what is over every few.
func sweep(ctx context.Context, cases *app.App, tables *store.Store, audit *audited, k *run.Kit) error {
	tick := time.NewTicker(time.Minute)
	defer tick.Stop()
	for n := 0; ; n++ {
		if n > 0 {
			select {
			case <-ctx.Done():
				return nil
			case <-tick.C:
			}
		}
		err := errors.Join(cases.Fold(ctx), audit.seal(ctx, cases))
		if n%sweepEach == 0 {
			p, err2 := domain.PolicyOn(k.Rules, clock.Today(k.Clock), "")
			if err2 == nil {
				err2 = tables.Sweep(ctx, k.Clock.Now(), p.Keep)
			}
			err = errors.Join(err, err2)
		}
		if err != nil && ctx.Err() == nil {
			k.Telemetry.For(Name).Log.WarnContext(ctx, "what is over is not forgotten", "error", err)
		}
	}
}
