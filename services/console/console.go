// Package console is the platform's web face: a frame and the sections of the
// departments and of who runs the platform, and in a demonstration the story. It
// is RPC clients only and has no database.
package console

import (
	"context"
	"net/http"

	"github.com/nats-io/nats.go"

	"github.com/qiao-platform/qiao/pkg/approved"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/revoked"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/proto/contract"
	"github.com/qiao-platform/qiao/proto/services"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
	"github.com/qiao-platform/qiao/services/console/internal/frame/lang"
	"github.com/qiao-platform/qiao/services/console/internal/frame/session"
	"github.com/qiao-platform/qiao/services/console/internal/part/feed"
	"github.com/qiao-platform/qiao/services/console/internal/section/collisions"
	"github.com/qiao-platform/qiao/services/console/internal/section/education"
	"github.com/qiao-platform/qiao/services/console/internal/section/elsewhere"
	"github.com/qiao-platform/qiao/services/console/internal/section/employment"
	"github.com/qiao-platform/qiao/services/console/internal/section/fairs"
	"github.com/qiao-platform/qiao/services/console/internal/section/housing"
	"github.com/qiao-platform/qiao/services/console/internal/section/identity"
	"github.com/qiao-platform/qiao/services/console/internal/section/importing"
	"github.com/qiao-platform/qiao/services/console/internal/section/insurance"
	"github.com/qiao-platform/qiao/services/console/internal/section/languages"
	"github.com/qiao-platform/qiao/services/console/internal/section/my"
	"github.com/qiao-platform/qiao/services/console/internal/section/operations"
	"github.com/qiao-platform/qiao/services/console/internal/section/outcomes"
	"github.com/qiao-platform/qiao/services/console/internal/section/paper"
	"github.com/qiao-platform/qiao/services/console/internal/section/registry"
	"github.com/qiao-platform/qiao/services/console/internal/section/rules"
	"github.com/qiao-platform/qiao/services/console/internal/section/startup"
	"github.com/qiao-platform/qiao/services/console/internal/section/story"
	"github.com/qiao-platform/qiao/services/console/internal/section/styleguide"
	"github.com/qiao-platform/qiao/services/console/internal/section/telephone"
	"github.com/qiao-platform/qiao/services/console/internal/section/training"
	"github.com/qiao-platform/qiao/services/console/internal/section/wayout"
	"github.com/qiao-platform/qiao/services/console/internal/section/work"
)

// Name is the console's name as an issuer of principals.
const Name = "console"

// Config says what a console shows.
type Config struct {
	Demo     bool     // tell the story; only where no real people are
	Services []string // the services that are shown, in this order

	look *frame.Look // what tests share; nil is loaded
}

// Services lists every service of the platform in the order of the pages.
func Services() []string { return services.Names() }

// sections lists the sections in the order of the pages. A new one is one line. plays
// calls for whom a story plays.
func (cfg Config) sections(c, plays contract.Caller, now clock.Clock, live *feed.Feed) []frame.Section {
	all := []frame.Section{
		story.New(plays, now, live),
		work.New(c, cfg.Services),
		my.New(c, cfg.Services),
		operations.New(c, cfg.Services, live),
		registry.New(c, now),
		collisions.New(c, cfg.Services),
		elsewhere.New(c, cfg.Services),
		employment.New(c),
		fairs.New(c),
		startup.New(c),
		insurance.New(c),
		education.New(c),
		housing.New(c),
		training.New(c),
		identity.New(c, now, cfg.Demo),
		paper.New(c, now),
		telephone.New(c, cfg.Demo),
		importing.New(c, now),
		rules.New(now),
		outcomes.New(c, cfg.Services, now),
		languages.New(c),
		wayout.New(c, now),
		styleguide.New(now),
	}
	if !cfg.Demo {
		return all[1:]
	}
	return all
}

// Console is the web face of a platform.
type Console struct {
	handler http.Handler
	feed    *feed.Feed
	book    *revoked.Book
	texts   *frame.Approved
	conn    *nats.Conn
	ready   chan struct{}
}

// New puts the console together. Who signed in acts by what identity proves; d.Signer
// signs for the console itself alone.
func New(_ context.Context, cfg Config, d run.Deps) (_ *Console, err error) {
	book := run.Sessions(Name, rpc.NewClient(d.Conn, d.Signer))
	c, live := session.NewKeeper(d.Conn, d.Signer, book, d.Clock), feed.New()
	var plays contract.Caller
	if cfg.Demo && d.Plays != nil {
		plays = rpc.NewClient(d.Conn, d.Plays)
	}
	sections := cfg.sections(c, plays, d.Clock, live)
	if cfg.look == nil {
		if cfg.look, err = frame.Load(lang.All(), sections...); err != nil {
			return nil, err
		}
	}
	texts := frame.NewApproved(c, d.Clock)
	h, err := frame.New(frame.Config{Look: cfg.look, Caller: c, Keeper: c, Approved: texts, Clock: d.Clock, Log: d.Telemetry.For(Name).Log, Foot: frame.Foot(d.Foot), Demo: cfg.Demo}, sections...)
	if err != nil {
		return nil, err
	}
	return &Console{handler: h, feed: live, book: book, texts: texts, conn: d.Conn, ready: make(chan struct{})}, nil
}

// Handler serves the pages. Mount it at "/", behind everything more specific.
func (c *Console) Handler() http.Handler { return c.handler }

// Name is the console's name on the bus and as an issuer.
func (c *Console) Name() string { return Name }

// Ready is closed when the console runs. It has nothing of its own to wait
// for: a page says when a service does not answer.
func (c *Console) Ready() <-chan struct{} { return c.ready }

// Close releases nothing: a console holds no database.
func (c *Console) Close() error { return nil }

// Run listens to the bus for the live feed, and for what is revoked, until ctx ends.
// Run it once.
func (c *Console) Run(ctx context.Context) error {
	heard, err := c.book.Follow(c.conn)
	if err != nil {
		return err
	}
	defer func() { _ = heard.Unsubscribe() }()
	changed, err := approved.Follow(c.conn, c.texts.Stale)
	if err != nil {
		return err
	}
	defer func() { _ = changed.Unsubscribe() }()
	close(c.ready)
	return c.feed.Run(ctx, c.conn)
}
