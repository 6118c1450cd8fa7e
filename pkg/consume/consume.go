// Package consume applies other services' events to a service's own database:
// the whole channel is read, the effect and the cursor share a transaction,
// a gap is filled from the publisher's event table, and what cannot be applied
// is parked with its reason in the same transaction.
package consume

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/relay"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/telemetry"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

// Handler is the effect of one event. It runs in the transaction that moves
// the cursor, must not call other services, and may run again after a failed
// commit. An error of kind Unavailable, Overloaded, Deadline or Internal from
// the database is retried; any other parks the event.
type Handler func(ctx context.Context, tx *sqldb.Tx, e event.Event) error

// Router says which events a service acts on.
type Router struct {
	handlers map[string]Handler
	every    Handler
	sources  []string
	models   []Model
	twice    []string
}

// NewRouter returns an empty router.
func NewRouter() *Router { return &Router{handlers: map[string]Handler{}} }

// ErrTwice refuses a router with two handlers of one event type: one of them
// would never run.
var ErrTwice = errors.New("consume: an event type has two handlers")

// Err returns ErrTwice where an event type was registered twice. Who runs the
// router asks before.
func (r *Router) Err() error {
	if len(r.twice) > 0 {
		return fmt.Errorf("%w: %s", ErrTwice, strings.Join(r.twice, " "))
	}
	return nil
}

// Handle registers the handler of an event type.
func (r *Router) Handle(eventType string, h Handler) {
	if r.handlers[eventType] != nil {
		r.twice = append(r.twice, eventType)
	}
	r.handlers[eventType] = h
	source, _, _ := strings.Cut(eventType, ".")
	r.from(source)
}

// Every registers a handler for all types of some services' channels, beside the
// typed ones: the worker's timeline is built so.
func (r *Router) Every(h Handler, services ...string) {
	r.every = h
	r.from(services...)
}

func (r *Router) from(services ...string) {
	for _, s := range services {
		if !slices.Contains(r.sources, s) {
			r.sources = append(r.sources, s)
		}
	}
}

// Sources names the services whose channels are read.
func (r *Router) Sources() []string { return r.sources }

// Rebuilds registers a read model that can be made anew.
func (r *Router) Rebuilds(m Model) { r.models = append(r.models, m) }

// Models lists the read models that can be made anew.
func (r *Router) Models() (names []string) {
	for _, m := range r.models {
		names = append(names, m.Name)
	}
	return names
}

// Types lists the types that have a handler of their own.
func (r *Router) Types() []string {
	var all []string
	for t := range r.handlers {
		all = append(all, t)
	}
	return all
}

// On registers a typed handler for the event that message M declares. It
// panics where M is no event of service's, which only a programmer can cause.
func On[T any, M interface {
	*T
	proto.Message
}](r *Router, service string, h func(ctx context.Context, tx *sqldb.Tx, e event.Event, m M) error) {
	rule, err := event.RuleOf(service, M(new(T)).ProtoReflect().Descriptor())
	if err != nil {
		panic(err)
	}
	r.Handle(rule.Type, func(ctx context.Context, tx *sqldb.Tx, e event.Event) error {
		m := M(new(T))
		if err := proto.Unmarshal(e.Data, m); err != nil {
			return event.ErrMalformed.Because(err)
		}
		return h(ctx, tx, e, m)
	})
}

// route finds the handlers of a type; unknown means that the service uses the
// type, but not in this version. Of two versions that are published beside each
// other the newest that the service knows counts, and the other is nothing to it.
func (r *Router) route(eventType, beside string) (h Handler, unknown bool) {
	if beside != "" && r.handlers[beside] != nil && (r.handlers[eventType] == nil || newer(beside, eventType)) {
		return nil, false
	}
	if h, ok := r.handlers[eventType]; ok {
		return h, false
	}
	if base, _, ok := cutVersion(eventType); ok {
		for t := range r.handlers {
			if b, _, ok := cutVersion(t); ok && b == base {
				return nil, true
			}
		}
	}
	return nil, false
}

// hearsAll reports whether the handler of all types hears an event: of two
// versions beside each other it hears the older, once.
func (r *Router) hearsAll(e event.Event) bool {
	return r.every != nil && (e.Beside == "" || newer(e.Beside, e.Type))
}

// newer reports whether a type is a later version than another.
func newer(a, b string) bool {
	_, va, _ := cutVersion(a)
	_, vb, _ := cutVersion(b)
	na, _ := strconv.Atoi(strings.TrimPrefix(va, "v"))
	nb, _ := strconv.Atoi(strings.TrimPrefix(vb, "v"))
	return na > nb
}

func cutVersion(t string) (base, version string, ok bool) {
	i := strings.LastIndexByte(t, '.')
	if i < 0 {
		return "", "", false
	}
	return t[:i], t[i+1:], true
}

// Filler reads sequenced events from the publisher's event table, and the
// epochs that began after the reader's.
type Filler func(ctx context.Context, channel string, epoch, from int64, limit int) (*platformv1.ReadChannelResponse, error)

// Config is what a consumer works with.
type Config struct {
	DB        *sqldb.DB
	Conn      *nats.Conn
	Router    *Router
	Channels  []string // every channel that it reads
	Fill      Filler
	Instance  string // unique per process
	Clock     clock.Clock
	Telemetry *telemetry.Scope
	// Keys are the publishers' own, by channel: what they did not sign is asked
	// for from their event tables.
	Keys func(channel string) auth.RecordKeys
}

// Consumer applies events for one service.
type Consumer struct {
	cfg     Config
	js      jetstream.JetStream
	log     *slog.Logger
	readers []*reader
	applied func(context.Context, int64)
	parked  func(context.Context, int64)
	gaps    func(context.Context, int64)
	alarms  func(context.Context, int64)
	waiting func(context.Context, int64, string)
	broken  func(context.Context, int64)
	strange func(context.Context, int64)
	quiet   telemetry.Quiet
}

// New returns a consumer; Prepare and Run start it.
func New(cfg Config) (*Consumer, error) {
	js, err := jetstream.New(cfg.Conn)
	if err != nil {
		return nil, err
	}
	t := cfg.Telemetry
	c := &Consumer{
		cfg: cfg, js: js, log: t.Log,
		applied: t.Counter("consume_applied", "Events applied or skipped."),
		parked:  t.Counter("consume_parked", "Events parked because they could not be applied."),
		gaps:    t.Counter("consume_gap_filled", "Events read from a publisher's event table to fill a gap."),
		alarms:  t.Counter("consume_alarms", "Times that a channel's bytes differed from the publisher's."),
		broken:  t.Counter("consume_interrupted", "Times that reading a channel was interrupted."),
		strange: t.Counter("consume_unsigned", "Messages that their publisher neither signed nor knows; they are not applied."),
		waiting: t.Gauge("consume_parked_waiting", "Events that are parked now.", "channel"),
	}
	for _, ch := range cfg.Channels {
		c.readers = append(c.readers, &reader{Consumer: c, channel: ch, parkedKeys: map[string]bool{}})
	}
	return c, nil
}

// Models lists the read models that can be made anew.
func (c *Consumer) Models() []string { return c.cfg.Router.Models() }

// Announced is how far a channel's publisher said that it is; ok is false while
// nobody has said so.
func (c *Consumer) Announced(channel string) (p relay.Position, ok bool) {
	for _, r := range c.readers {
		if a := r.announced.Load(); r.channel == channel && a != nil {
			return *a, true
		}
	}
	return p, false
}

// Prepare makes the cursors' rows where they are missing.
func (c *Consumer) Prepare(ctx context.Context) error {
	return c.cfg.DB.Update(ctx, func(tx *sqldb.Tx) error {
		for _, ch := range c.cfg.Channels {
			_, err := tx.Exec(`INSERT INTO cursor (channel, epoch, seq, chain, stream_seq, stream_created, applied, skipped, gaps_filled, owner, term, lease_until)
				VALUES ($1, 1, 0, $2, 0, 0, 0, 0, 0, '', 0, 0) ON CONFLICT (channel) DO NOTHING`, ch, []byte{})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// Run consumes until ctx ends.
func (c *Consumer) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	for _, r := range c.readers {
		wg.Go(func() { r.run(ctx) })
	}
	for _, m := range c.cfg.Router.models {
		wg.Go(func() { c.rebuilds(ctx, m) })
	}
	wg.Wait()
	return nil
}

// retryable reports errors of the moment, which a later try may not meet.
func retryable(err error) bool {
	switch errs.KindOf(err) {
	case errs.Unavailable, errs.Overloaded, errs.Deadline:
		return true
	}
	return false
}

// pause waits d or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
