// Package standalone runs every service in one process on embedded engines: a
// NATS server without a port, one SQLite file per service and an in-process
// Redis. The services are the same as on a cluster; only their Deps differ.
package standalone

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/errgroup"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/crypt"
	"github.com/qiao-platform/qiao/pkg/edge"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/pkg/telemetry"
	"github.com/qiao-platform/qiao/services/console"
	"github.com/qiao-platform/qiao/services/identity"
	"github.com/qiao-platform/qiao/services/registry"
	"github.com/qiao-platform/qiao/services/standalone/internal/bus"
)

// Config says where a platform lives.
type Config struct {
	Dir     string // the data folder; only a demonstration's is made where it is missing
	KeyFile string // the master key, outside Dir; "" is beside it under its name
	Purpose string // PurposeReal or PurposeDemo; a folder serves one of them
	LogTo   io.Writer
	Level   string // of the log; "" is info
	OTLP    string
	// Untraced is for a command without pages: see telemetry.Config.
	Untraced bool
	Foot     run.Foot   // of the pages
	SignIn   run.SignIn // where people sign in
	// Edge is where the pages are reached; nil is this machine alone.
	Edge *edge.Edge
	// Messages is how codes are sent to telephones; a demonstration shows them on a page.
	Messages run.Messages
	// StandsStill is how long events may wait unmoved before that is told; 0 is half a minute.
	StandsStill time.Duration
	// FindsNobody has a registration look for nobody alike: to measure what that costs, alone.
	FindsNobody bool
	// Import lets this process enter sheets as the key holder's act: its issuer lives
	// nowhere else, and nobody who serves the folder later trusts it.
	Import bool
	// Notice is told, in a sentence, what the operator must know: a key that was made.
	Notice func(string)
}

func (c Config) notice(s string) {
	if c.Notice != nil {
		c.Notice(s)
	}
}

// What a data folder is for. Real people's data and a demonstration never mix.
const (
	PurposeReal = "real"
	PurposeDemo = "demo"
)

// Platform is a platform in this process.
type Platform struct {
	Services  []run.Service
	Console   *console.Console
	Telemetry *telemetry.Telemetry
	Dir       string

	issuers  map[string]ed25519.PrivateKey
	conns    []*nats.Conn
	bus      *bus.Embedded
	operator jetstream.JetStream
	redis    *miniredis.Miniredis
	rdb      *redis.Client
	folder   *Folder
	still    time.Duration
	unlike   bool
	messages run.Messages
	demo     bool
	edge     *edge.Edge
}

// issuersOfPeople sign for people and not for services: identity, for who signed in, and
// the demonstration and the benchmarks for whom they invent. The console signs for itself
// alone.
var issuersOfPeople = map[string]auth.Trusted{
	"console":   {Kinds: []auth.Kind{auth.Service}, Subject: "console"},
	PurposeDemo: {Kinds: []auth.Kind{auth.Worker, auth.Guardian, auth.Employer, auth.Officer, auth.Administrator}, Sessionless: true},
	run.People:  {Kinds: []auth.Kind{auth.Worker, auth.Guardian, auth.Employer, auth.Officer, auth.Administrator}},
}

// Open starts the engines and puts the services together; Run runs them. A
// folder that another process serves is refused, and so is one that lacks a part
// or whose master key is not the one given. Only a demonstration's folder is made
// where there is none; Init makes the others.
func Open(ctx context.Context, cfg Config) (*Platform, error) {
	return start(ctx, cfg, cfg.Purpose == PurposeDemo)
}

// Init makes a new platform in a folder that is missing or empty, with the
// master key beside it, and returns where both really lie.
func Init(ctx context.Context, cfg Config) (f *Folder, key string, err error) {
	p, err := start(ctx, cfg, true)
	if err != nil {
		return nil, "", err
	}
	key, err = p.folder.keyPlace(cfg.KeyFile)
	return p.folder, key, errors.Join(err, p.Close())
}

// start opens a folder, or makes it where fresh says that it may.
func start(ctx context.Context, cfg Config, fresh bool) (p *Platform, err error) {
	folder, master, err := open(ctx, cfg, fresh)
	if err != nil {
		return nil, err
	}
	p = &Platform{Dir: folder.Dir, folder: folder, still: cfg.StandsStill, messages: cfg.Messages, demo: cfg.Purpose == PurposeDemo, unlike: cfg.FindsNobody}
	if p.edge = cfg.Edge; p.edge == nil {
		p.edge = edge.Here()
	}
	cfg.SignIn = cfg.SignIn.At(p.edge.Origins())
	defer func() {
		if err != nil {
			err = errors.Join(err, p.Close())
		}
	}()
	if p.Telemetry, err = telemetry.New(ctx, telemetry.Config{OTLPEndpoint: cfg.OTLP, Untraced: cfg.Untraced, LogTo: cfg.LogTo, LogLevel: cfg.Level, LogText: true}); err != nil {
		return p, err
	}
	if err = p.startBus(filepath.Join(p.Dir, busPart), cfg.Purpose); err != nil {
		return p, err
	}
	if err = p.startRedis(); err != nil {
		return p, err
	}
	var trusted map[string]auth.Trusted
	if trusted, err = p.issue(master, cfg); err != nil {
		return p, err
	}
	for _, s := range all() {
		d, err := p.deps(p.Dir, s.name, master, trusted)
		if err != nil {
			return p, err
		}
		d.SignIn = cfg.SignIn
		built, err := s.build(ctx, d)
		if err != nil {
			return p, err
		}
		p.Services = append(p.Services, built)
	}
	d, err := p.deps(p.Dir, "console", master, trusted)
	if err != nil {
		return p, err
	}
	d.Foot = cfg.Foot
	if p.Console, err = console.New(ctx, console.Config{Demo: cfg.Purpose == PurposeDemo, Services: console.Services()}, d); err != nil {
		return p, err
	}
	return p, folder.complete(master, cfg)
}

// Names lists the services, publishers of events first and their readers after.
func Names() []string {
	var names []string
	for _, s := range all() {
		names = append(names, s.name)
	}
	return names
}

func (p *Platform) startBus(dir, purpose string) (err error) {
	callers := []string{"import"}
	if purpose == PurposeDemo {
		callers = append(callers, PurposeDemo)
	}
	p.bus, err = bus.Start(dir, bus.Users(Names(), console.Name, callers, 1))
	return err
}

func (p *Platform) startRedis() error {
	p.redis = miniredis.NewMiniRedis()
	password := rand.Text()
	p.redis.RequireAuth(password)
	p.redis.ClockTTL(true)
	if err := p.redis.StartAddr("127.0.0.1:0"); err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	p.rdb = redis.NewClient(&redis.Options{Addr: p.redis.Addr(), Password: password, MaxRetries: -1})
	return nil
}

// connect opens a connection of its own, as a user of the bus: each has its own read loop.
func (p *Platform) connect(name string) (*nats.Conn, error) {
	nc, err := p.bus.Connect(name)
	if err == nil {
		p.conns = append(p.conns, nc)
	}
	return nc, err
}

// Bus returns a connection of the operator's own to the bus.
func (p *Platform) Bus() (*nats.Conn, error) { return p.connect(bus.Operator) }

// Issuers says for whom each issuer of a platform may sign, without their keys. Nobody
// signs for invented people where real ones are.
func Issuers(purpose string) map[string]auth.Trusted {
	known := map[string]auth.Trusted{}
	for _, s := range all() {
		known[s.name] = auth.Trusted{Kinds: []auth.Kind{auth.Service}, Subject: s.name}
	}
	for name, t := range issuersOfPeople {
		if name != PurposeDemo || purpose == PurposeDemo {
			known[name] = t
		}
	}
	return known
}

// issue makes the issuers' keys. A service's follows from the master key, since what it
// signed is kept with the data; one that signs for people lives in this process alone.
func (p *Platform) issue(master *crypt.Master, cfg Config) (map[string]auth.Trusted, error) {
	trusted := Issuers(cfg.Purpose)
	if cfg.Import {
		trusted["import"] = auth.Trusted{Kinds: []auth.Kind{auth.Officer}, Sessionless: true}
	}
	p.issuers = map[string]ed25519.PrivateKey{}
	for name, t := range trusted {
		_, key, err := ed25519.GenerateKey(rand.Reader)
		if slices.Contains(Names(), name) {
			key, err = ServiceKey(master, name)
		}
		if err != nil {
			return nil, err
		}
		t.Key = key.Public().(ed25519.PublicKey)
		p.issuers[name], trusted[name] = key, t
	}
	return trusted, nil
}

// ServiceKey is the key by which a service signs where one process runs all of them.
// Whoever holds the master key has it: separate services have keys by lot.
func ServiceKey(master *crypt.Master, name string) (ed25519.PrivateKey, error) {
	return auth.DeriveKey(master.BlindIndex("qiao issuer", name), name)
}

// streams is who makes the streams: the operator, on a connection of his own.
func (p *Platform) streams() (jetstream.JetStream, error) {
	if p.operator == nil {
		nc, err := p.Bus()
		if err != nil {
			return nil, err
		}
		if p.operator, err = jetstream.New(nc); err != nil {
			return nil, err
		}
	}
	return p.operator, nil
}

// refused names the channels that the bus does not take, as the services say.
func (p *Platform) refused() (channels []string) {
	for _, s := range p.Services {
		channels = append(channels, s.Refused()...)
	}
	return channels
}

func (p *Platform) deps(dir, name string, master *crypt.Master, trusted map[string]auth.Trusted) (run.Deps, error) {
	nc, err := p.connect(name)
	if err != nil {
		return run.Deps{}, err
	}
	operator, err := p.streams()
	if err != nil {
		return run.Deps{}, err
	}
	d := run.Deps{
		Operator: operator,
		Database: "sqlite:" + filepath.Join(dir, name+".db"), PersonKeys: "sqlite:" + filepath.Join(dir, keysPart),
		Conn: nc, Redis: p.rdb, Clock: clock.System(), Telemetry: p.Telemetry,
		Signer: auth.NewSigner(name, p.issuers[name], clock.System()), Trusted: trusted, Master: master, AskRegistry: true,
		Instance: ident.NewID(), Partitions: 1, Replicas: 1, StreamBytes: 8 << 30, StandsStill: p.still, FindsNobody: p.unlike,
	}
	d.Demo = p.demo
	if name == registry.Name {
		d.Messages = p.messages
	}
	if key, ok := p.issuers[run.Plays]; ok && name == console.Name {
		d.Plays = auth.NewSigner(run.Plays, key, clock.System())
	}
	if name == identity.Name {
		d.People = auth.NewSigner(run.People, p.issuers[run.People], clock.System())
	}
	return d, nil
}

// Caller returns a client on a connection of its own that signs as one of the
// issuers of people: in a demonstration demo, and import where this process imports.
func (p *Platform) Caller(issuer string) (*rpc.Client, error) {
	key, ok := p.issuers[issuer]
	if !ok {
		return nil, fmt.Errorf("no issuer %q", issuer)
	}
	nc, err := p.connect(issuer)
	if err != nil {
		return nil, err
	}
	return rpc.NewClient(nc, auth.NewSigner(issuer, key, clock.System())), nil
}

// errNoIdentity says that the platform was put together without who knows its people.
var errNoIdentity = errors.New("no identity runs")

func (p *Platform) identity() (*identity.Identity, error) {
	for _, s := range p.Services {
		if known, ok := s.(*identity.Identity); ok {
			return known, nil
		}
	}
	return nil, errNoIdentity
}

// Administered reports whether there is an administrator.
func (p *Platform) Administered(ctx context.Context) (bool, error) {
	known, err := p.identity()
	if err != nil {
		return false, err
	}
	return known.Administered(ctx)
}

// Imports says in whose name sheets may be brought in by who holds this folder's key, and
// writes them down; see identity.Identity.
func (p *Platform) Imports() (interface {
	MayImport(ctx context.Context, staff string) error
	ImportBegins(ctx context.Context, staff string) error
	ImportEnds(ctx context.Context, staff string, sheets, rows int) error
}, error) {
	return p.identity()
}

// FirstLink makes the link of the first administrator where there is no administrator
// yet; one that was made before opens nothing more.
func (p *Platform) FirstLink(ctx context.Context) (link string, ends time.Time, needed bool, err error) {
	known, err := p.identity()
	if err != nil {
		return "", ends, false, err
	}
	return known.FirstLink(ctx)
}

// Run serves until ctx ends, then finishes what is under way. If one service
// fails, all stop.
func (p *Platform) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, s := range p.Services {
		g.Go(func() error {
			if err := s.Run(ctx); err != nil {
				return fmt.Errorf("%s: %w", s.Name(), err)
			}
			return nil
		})
	}
	g.Go(func() error { return p.Console.Run(ctx) })
	g.Go(func() error { return p.bus.Watch(ctx, p.Telemetry.For("bus").Log, p.refused) })
	return g.Wait()
}

// WaitReady returns when every service answers, or with ctx's error.
func (p *Platform) WaitReady(ctx context.Context) error {
	for _, s := range p.Services {
		select {
		case <-s.Ready():
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// Handler serves the methods, the health pages, the contract and the console.
func (p *Platform) Handler(stopping <-chan struct{}) http.Handler {
	mux := http.NewServeMux()
	var methods []rpc.Served
	for _, s := range p.Services {
		mux.Handle("/rpc/"+s.Name()+"/", s.Handler())
		methods = append(methods, rpc.Served{Service: s.Name(), Methods: s.Methods()})
	}
	run.Health(mux, p.Telemetry, stopping, p.processes()...)
	mux.Handle("GET /openapi.json", rpc.OpenAPI(methods))
	mux.Handle("/", p.Console.Handler())
	return p.edge.Handler(mux)
}

// processes are the parts that must be ready before the platform is.
func (p *Platform) processes() []run.Process {
	all := []run.Process{p.Console}
	for _, s := range p.Services {
		all = append(all, s)
	}
	return all
}

// Close releases databases, engines and the folder. Call it after Run has returned.
func (p *Platform) Close() error {
	var errs []error
	for _, s := range p.Services {
		errs = append(errs, s.Close())
	}
	for _, c := range p.conns {
		c.Close()
	}
	if p.bus != nil {
		p.bus.Close()
	}
	if p.rdb != nil {
		errs = append(errs, p.rdb.Close())
	}
	if p.redis != nil {
		p.redis.Close()
	}
	if p.Telemetry != nil {
		ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		defer cancel()
		errs = append(errs, p.Telemetry.Shutdown(ctx))
	}
	errs = append(errs, p.folder.Release())
	return errors.Join(errs...)
}
