// Package console is the platform's web face: the overview, a worker's own
// timeline with the trace behind each step, the live feed, and in a
// demonstration the story. It is RPC clients only and has no database.
package console

import (
	"context"
	"net/http"
	"slices"

	"github.com/nats-io/nats.go"

	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/services/console/internal/call"
	"github.com/qiao-platform/qiao/services/console/internal/feed"
	"github.com/qiao-platform/qiao/services/console/internal/story"
	"github.com/qiao-platform/qiao/services/console/internal/web"
	"github.com/qiao-platform/qiao/services/console/internal/words"
)

// Name is the console's name as an issuer of principals.
const Name = "console"

// Config says what a console shows.
type Config struct {
	Demo     bool     // tell the story; only where no real people are
	Services []string // the services that are shown, in this order
}

// Services lists every service of the platform in the order of the pages.
func Services() []string {
	return []string{"registry", "employment", "training", "insurance", "education", "housing"}
}

// Console is the web face of a platform.
type Console struct {
	handler http.Handler
	feed    *feed.Feed
	conn    *nats.Conn
	ready   chan struct{}
}

// New puts the console together. Its calls are signed by d.Signer, whose key
// the services must trust for workers, guardians, employers and officers:
// until sign-in exists the console says who sits before it.
func New(_ context.Context, cfg Config, d run.Deps) (*Console, error) {
	texts, err := words.Load(d.Clock)
	if err != nil {
		return nil, err
	}
	clients := call.New(rpc.NewClient(d.Conn, d.Signer))
	live := feed.New()
	site := &web.Site{
		Services: slices.Clone(cfg.Services), Clients: clients, Feed: live, Words: texts,
		Log: d.Telemetry.For(Name).Log, Foot: web.Foot(d.Foot),
	}
	if cfg.Demo {
		site.Stories = story.New(clients, d.Clock)
	}
	h, err := site.Handler()
	if err != nil {
		return nil, err
	}
	return &Console{handler: h, feed: live, conn: d.Conn, ready: make(chan struct{})}, nil
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

// Run listens to the bus for the live feed until ctx ends. Run it once.
func (c *Console) Run(ctx context.Context) error {
	close(c.ready)
	return c.feed.Run(ctx, c.conn)
}
