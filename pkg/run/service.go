// Package run is a service's life: what it is given, how its parts are put
// together, when it is ready, and how it stops.
package run

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/errgroup"

	"github.com/qiao-platform/qiao/pkg/account"
	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/collision"
	"github.com/qiao-platform/qiao/pkg/consume"
	"github.com/qiao-platform/qiao/pkg/crypt"
	"github.com/qiao-platform/qiao/pkg/death"
	"github.com/qiao-platform/qiao/pkg/elsewhere"
	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/evidence"
	"github.com/qiao-platform/qiao/pkg/life/tell"
	"github.com/qiao-platform/qiao/pkg/ops"
	"github.com/qiao-platform/qiao/pkg/outcome"
	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/pkg/relay"
	"github.com/qiao-platform/qiao/pkg/revoked"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/pkg/task"
	"github.com/qiao-platform/qiao/pkg/telemetry"
	"github.com/qiao-platform/qiao/pkg/work"
	"github.com/qiao-platform/qiao/proto/contract"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
)

// Foot is what the law wants at the foot of a page.
type Foot struct {
	FilingNumber string // of the application at the cyberspace office; "" before it is filed
	ComplaintURL string // where to complain; "" where it is not set up
}

// Messages is how codes are sent to telephones: by an operator's HTTP gateway.
type Messages struct {
	URL            string // "" sends nothing
	Template, Sign string
	Key            []byte // of the keyed hash that signs what is sent
}

// Deps is what a service is given. Only this differs between one process on
// embedded engines and separate services on a cluster.
type Deps struct {
	Database  string                // sqlite:FILE or postgres://…
	Conn      *nats.Conn            // the bus
	Redis     redis.UniversalClient // nil: no cache
	Clock     clock.Clock
	Telemetry *telemetry.Telemetry
	Signer    *auth.Signer // signs as this service
	People    *auth.Signer // signs for people; identity's process alone holds it
	Plays     *auth.Signer // signs for a demonstration's invented people; nil where people are real
	SignIn    SignIn
	Trusted   map[string]auth.Trusted
	Master    *crypt.Master // seals stored answers and, in the registry, people's data
	// PersonKeys is the address of the registry's database of per-person keys,
	// apart from its own so that erasing a key erases it.
	PersonKeys string
	Instance   string // unique per process
	Demo       bool   // the platform's people are invented
	Foot       Foot   // of the pages
	Messages   Messages

	// AskRegistry lets the service ask the registry whether there is the worker
	// for whom a command is given; without it every worker is taken as known.
	AskRegistry bool

	// Operator makes the streams, on a connection that may: in one process. On a
	// cluster it is nil, since no service may make streams there.
	Operator jetstream.JetStream

	Partitions  int   // channels of every service; fixed for a platform's life
	Replicas    int   // of the streams
	StreamBytes int64 // size limit of each stream
	// StandsStill is how long events may wait unmoved before that is told; 0 is half a minute.
	StandsStill time.Duration

	// FindsNobody has the registry look for nobody alike when somebody is registered: to
	// measure what that costs, and for nothing else.
	FindsNobody bool

	NamedIDs bool // for tests alone: an id in a request may be a name such as worker-1
}

// Service is a running part of the platform.
type Service interface {
	Process // Handler is the HTTP binding of its methods
	// Methods lists its contract.
	Methods() []contract.Method
	// Reacts lists the event types that it acts on.
	Reacts() []string
	// Held returns why it answers nothing and writes nothing until an operator
	// says what its empty database is; nil where it works.
	Held() error
	// Refused lists its channels that the bus does not take.
	Refused() []string
}

// Parts is what a service is made of, beside what every service has.
type Parts struct {
	Methods []contract.Method
	// Facts are those that the department holds and others may use as evidence.
	Facts  []evidence.Source
	Router *consume.Router // nil: reads no channel
	Tasks  map[string]task.Handler
	Counts []ops.Count
	// Ones are the things of which a person has one: where a join brings two together,
	// the department's officers are given the pair.
	Ones []collision.One
	// Revive is what a department does when the record of a worker's death was
	// undone: clocks that stood run anew, and what the worker was passed over for is
	// looked at again. A department in which nothing waits for an answer has none.
	Revive []death.Use
	// Died is what a department ends where a worker's death is recorded, beside that
	// nothing is done in the person's name any more.
	Died []death.End
	// Held are the kinds of things of which the department's officers decide one by one
	// where a person's death is recorded.
	Held []death.Held
	// Work are the kinds of things that wait for the department's officers.
	Work []work.Kind
	// Life tells a worker how the own things stand; nil where the department has none.
	Life tell.Life
	// Outcomes are the kinds of cases of which the department counts what came of them.
	Outcomes []outcome.Matter
	// Elsewhere are the kinds of cases that officers may have to type again into another
	// system that has no interface.
	Elsewhere []elsewhere.Matter
	// LongTasks take minutes; the others do not wait for them.
	LongTasks map[string]task.Handler
	// Known reports whether what is kept apart from the service's database knows
	// that the database held something; nil where nothing is.
	Known func(context.Context) (bool, error)
	// Covers tells whether a division covers a worker's county; nil asks the
	// registry, where the service asks it at all.
	Covers func(ctx context.Context, worker, division string) (bool, error)
	// Apart tells of each database beside the service's own what [sqldb.DB.Trouble] tells.
	Apart    []func() (code string, since time.Time)
	Together []func(context.Context) error // further loops, each until its ctx ends
}

// asking is a service that asks the registry whether it may act for a worker.
func asking(ctx context.Context, service string) context.Context {
	return rpc.As(ctx, auth.Principal{Kind: auth.Service, Subject: service, Purpose: "account_standing", LegalBasis: "PIPL 13(3)", Via: auth.ViaSystem})
}

// standing asks the registry about accounts.
func standing(service string, caller contract.Caller) account.Asker {
	registry := registryv1.RegistryClient{Caller: caller, Target: event.Keeper}
	return func(ctx context.Context, workers []string) (map[string]account.Standing, error) {
		ctx = asking(ctx, service)
		r, err := registry.GetStanding(ctx, &registryv1.GetStandingRequest{WorkerIds: workers})
		if err != nil {
			return nil, err
		}
		all := map[string]account.Standing{}
		for _, s := range r.GetStandings() {
			all[s.GetWorker()] = account.Standing{Known: true, Closed: s.GetClosed()}
		}
		return all, nil
	}
}

// covering asks the registry whether a division covers a worker's county.
func covering(service string, caller contract.Caller) func(ctx context.Context, worker, division string) (bool, error) {
	registry := registryv1.RegistryClient{Caller: caller, Target: event.Keeper}
	return func(ctx context.Context, worker, division string) (bool, error) {
		ctx = asking(ctx, service)
		r, err := registry.GetStanding(ctx, &registryv1.GetStandingRequest{Worker: worker, Division: division})
		return r.GetCovered(), err
	}
}

// Assemble puts a service together of these parts alone and makes its channels and
// cursors: what stands in for a department, or measures a part of one, follows nobody.
func (k *Kit) Assemble(ctx context.Context, p Parts) (Service, error) {
	return k.assemble(ctx, p, false)
}

func (k *Kit) assemble(ctx context.Context, p Parts, department bool) (Service, error) {
	d := k.Deps
	s := &service{Kit: k, name: k.Name, parts: p, ready: make(chan struct{})}
	scope := d.Telemetry.For(s.name)
	for kind, f := range p.Tasks {
		k.Tasks.Handle(kind, f)
	}
	for kind, f := range p.LongTasks {
		k.Tasks.HandleLong(kind, f)
	}
	if len(p.Facts) > 0 {
		s.parts.Methods = append(evidence.Methods(k.Outbox.Service(), evidence.NewServer(k.Outbox, k.Clock, p.Facts)), p.Methods...)
	}
	if department {
		s.followPersons()
	}
	err := s.try(ctx)
	if err != nil {
		return nil, err
	}
	if department {
		s.tellLife()
		if err := s.enterElsewhere(ctx); err != nil {
			return nil, err
		}
		if err := s.listWork(ctx); err != nil {
			return nil, err
		}
		if err := s.countOutcomes(); err != nil {
			return nil, err
		}
	}
	s.relay, err = relay.New(relay.Config{Outbox: k.Outbox, Conn: d.Conn, Instance: d.Instance, Replicas: d.Replicas, MaxBytes: d.StreamBytes, Clock: d.Clock, Telemetry: scope,
		Signer: d.Signer, Keys: d.Trusted[s.name].RecordKeys(), Operator: d.Operator})
	if err != nil {
		return nil, err
	}
	if err := s.relay.Prepare(ctx); err != nil {
		return nil, err
	}
	if err := s.begin(ctx); err == nil {
		s.begun.Store(true)
	} else if !errors.Is(err, ErrHeld) {
		return nil, err
	}
	if s.parts.Router != nil {
		if err := s.parts.Router.Err(); err != nil {
			return nil, err
		}
		if s.consumer, err = consume.New(consume.Config{
			DB: k.Outbox.DB(), Conn: d.Conn, Router: s.parts.Router, Channels: s.channels(), Fill: s.fill,
			Instance: d.Instance, Clock: d.Clock, Telemetry: scope,
			Keys: func(channel string) auth.RecordKeys { return d.Trusted[event.Publisher(channel)].RecordKeys() },
		}); err != nil {
			return nil, err
		}
		if err := s.consumer.Prepare(ctx); err != nil {
			return nil, err
		}
	}
	stream, err := jetstream.New(d.Conn)
	if err != nil {
		return nil, err
	}
	s.watch = newWatch(k.Outbox.DB(), p.Apart, s.consumer, scope, d.StandsStill)
	own := &ops.Server{Outbox: k.Outbox, Consumer: s.consumer, Tasks: k.Tasks, Scope: scope, Counts: p.Counts, Signer: d.Signer, Stream: stream, Keys: d.Trusted[s.name].RecordKeys(),
		Clock: d.Clock, Troubles: s.troubles, Commands: func() int64 { return s.server.Commands() }, Held: s.Held}
	s.status = own
	var methods []contract.Method
	for _, m := range s.parts.Methods {
		methods = append(methods, s.held(m))
	}
	methods = append(methods, platformv1.OpsMethods(own)...) // last: who hears the status finds all the others
	covers := p.Covers
	if covers == nil && d.AskRegistry {
		covers = covering(s.name, k.Caller)
	}
	s.sessions, s.denials, s.accepted = Sessions(s.name, k.Caller), newDenials(s.name, k.Caller, scope), newAcceptances(s.name, k.Caller, scope)
	s.server, err = rpc.NewServer(rpc.ServerConfig{
		Live: s.sessions.Check, Denied: s.denials.denied, Done: s.accepted.done,
		Covers: covers, Persons: person.NewBook(k.Outbox.DB()), Service: s.name, Conn: d.Conn, Verifier: auth.NewVerifier(s.name, d.Trusted, d.Clock), Telemetry: scope, NamedIDs: d.NamedIDs,
	}, methods...)
	return s, err
}

type service struct {
	*Kit
	name     string
	parts    Parts
	relay    *relay.Relay
	consumer *consume.Consumer
	server   *rpc.Server
	ready    chan struct{}
	started  atomic.Bool
	begun    atomic.Bool // whether the database may be written
	watch    *watch
	status   *ops.Server
	sessions *revoked.Book
	denials  *denials
	accepted *acceptances
}

func (s *service) Name() string               { return s.name }
func (s *service) Ready() <-chan struct{}     { return s.ready }
func (s *service) Handler() http.Handler      { return s.server.Handler() }
func (s *service) Methods() []contract.Method { return s.server.Methods() }
func (s *service) Reacts() []string {
	if s.parts.Router == nil {
		return nil
	}
	return s.parts.Router.Types()
}

// channels names every partition of every service that this one reads.
func (s *service) channels() []string {
	var all []string
	for _, from := range s.parts.Router.Sources() {
		for i := range max(1, s.Partitions) {
			all = append(all, event.Channel(from, i))
		}
	}
	return all
}

// fill asks the publisher of a channel for events from its event table.
func (s *service) fill(ctx context.Context, channel string, epoch, from int64, limit int) (*platformv1.ReadChannelResponse, error) {
	ctx = rpc.As(ctx, auth.Principal{Kind: auth.Service, Subject: s.name, Purpose: "platform_operation", LegalBasis: "platform operation", Via: auth.ViaSystem})
	return platformv1.OpsClient{Caller: s.Caller, Target: event.Publisher(channel)}.ReadChannel(ctx, &platformv1.ReadChannelRequest{Channel: channel, Epoch: epoch, FromSeq: from, Limit: int32(limit)})
}

func (s *service) Run(ctx context.Context) error {
	if s.started.Swap(true) {
		return errors.New("the service runs already")
	}
	if err := s.server.Start(); err != nil {
		return err
	}
	heard, err := s.sessions.Follow(s.Conn)
	if err != nil {
		return err
	}
	defer func() { _ = heard.Unsubscribe() }()
	if !s.await(ctx) {
		return s.stop(ctx, nil)
	}
	close(s.ready)
	// The loops stop first, then the methods: what is under way may still need
	// the bus to answer.
	g, loops := errgroup.WithContext(ctx)
	g.Go(func() error { return s.relay.Run(loops) })
	if s.consumer != nil {
		g.Go(func() error { return s.consumer.Run(loops) })
	}
	g.Go(func() error { return s.Tasks.Run(loops) })
	g.Go(func() error { return s.purge(loops) })
	g.Go(func() error { return s.watch.run(loops) })
	g.Go(func() error { return s.denials.run(loops) })
	g.Go(func() error { return s.accepted.run(loops) })
	g.Go(func() error { s.status.Warm(loops); return nil })
	for _, f := range s.parts.Together {
		g.Go(func() error { return f(loops) })
	}
	return s.stop(ctx, g.Wait())
}

// stop lets the methods that are under way come to their end.
func (s *service) stop(ctx context.Context, err error) error {
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return errors.Join(err, s.server.Stop(stop))
}

// purge forgets stored answers whose time is over.
func (s *service) purge(ctx context.Context) error {
	tick := time.NewTicker(time.Hour)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			if _, err := s.Outbox.Purge(ctx); err != nil && ctx.Err() == nil {
				s.Telemetry.For(s.name).Log.WarnContext(ctx, "answers not purged", "error", err)
			}
		}
	}
}
