// Package testkit gives tests real engines: an embedded NATS server, SQLite
// files, PostgreSQL and Redis servers of their own, and a platform whose
// principals a test can choose. Nothing is shared between tests.
package testkit

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/crypt"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/ops"
	"github.com/qiao-platform/qiao/pkg/revoked"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/pkg/telemetry"
	"github.com/qiao-platform/qiao/proto/services"
)

// patience is how long a test waits for a condition before it fails.
const patience = 2 * time.Minute

// NATS starts an embedded server with JetStream in a folder of the test's own
// and returns an in-process connection.
func NATS(t testing.TB) *nats.Conn {
	t.Helper()
	s, err := server.NewServer(&server.Options{ServerName: "test", DontListen: true, JetStream: true, StoreDir: t.TempDir(), NoLog: true, NoSigs: true})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	if !s.ReadyForConnections(patience) {
		t.Fatal("the embedded NATS server does not start")
	}
	nc, err := nats.Connect("", nats.InProcessServer(s))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	return nc
}

// Telemetry returns telemetry that logs to the test's standard error only
// where QIAO_TEST_LOG is set.
func Telemetry(t testing.TB) *telemetry.Telemetry {
	t.Helper()
	cfg := telemetry.Config{LogTo: discard{}, LogLevel: "warn"}
	if os.Getenv("QIAO_TEST_LOG") != "" {
		cfg = telemetry.Config{LogTo: os.Stderr, LogText: true, LogLevel: os.Getenv("QIAO_TEST_LOG")}
	}
	tel, err := telemetry.New(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tel.Shutdown(context.Background()) })
	return tel
}

type discard struct{}

func (discard) Write(b []byte) (int, error) { return len(b), nil }

// Platform is a bus, a clock and issuers for one test.
type Platform struct {
	T         testing.TB
	Conn      *nats.Conn
	Clock     clock.Clock
	Telemetry *telemetry.Telemetry
	Master    *crypt.Master
	Dir       string
	client    *rpc.Client
	signer    *auth.Signer
	people    *auth.Signer // identity's
	keys      map[string]ed25519.PrivateKey
	trusted   map[string]auth.Trusted
	running   []string
}

// NewPlatform returns a platform on an embedded bus. The clock may be nil for
// the system's.
func NewPlatform(t testing.TB, c clock.Clock) *Platform {
	t.Helper()
	if c == nil {
		c = clock.System()
	}
	m, err := crypt.NewMaster(crypt.Standard())
	if err != nil {
		t.Fatal(err)
	}
	p := &Platform{T: t, Conn: NATS(t), Clock: c, Telemetry: Telemetry(t), Master: m, Dir: t.TempDir(),
		keys: map[string]ed25519.PrivateKey{}, trusted: map[string]auth.Trusted{}}
	pub, priv, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p.trusted["test"] = auth.Trusted{Key: pub, Kinds: []auth.Kind{auth.Worker, auth.Guardian, auth.Employer, auth.Officer, auth.Administrator, auth.Service, auth.Partner}, Sessionless: true}
	p.signer = auth.NewSigner("test", priv, c)
	p.client = rpc.NewClient(p.Conn, p.signer)
	people, signs, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p.trusted["people"] = auth.Trusted{Key: people, Kinds: []auth.Kind{auth.Worker, auth.Guardian, auth.Employer, auth.Officer, auth.Administrator}}
	p.people = auth.NewSigner("people", signs, c)
	for _, s := range append(services.Names(), "console", "probe") { // whose keys a test platform trusts
		pub, priv, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		p.keys[s] = priv
		p.trusted[s] = auth.Trusted{Key: pub, Kinds: []auth.Kind{auth.Service}, Subject: s}
	}
	return p
}

// Former returns a signer by a key that a service had until a time; it is trusted by
// what is started after.
func (p *Platform) Former(service string, until time.Time) *auth.Signer {
	p.T.Helper()
	pub, priv, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		p.T.Fatal(err)
	}
	t := p.trusted[service]
	t.Former = append(t.Former, auth.RecordKey{Key: pub, Until: until})
	p.trusted[service] = t
	return auth.NewSigner(service, priv, p.Clock)
}

// Deps is what a service is given on this platform, with its own SQLite file.
func (p *Platform) Deps(service string) run.Deps {
	js, err := jetstream.New(p.Conn)
	if err != nil {
		p.T.Fatal(err)
	}
	d := run.Deps{
		Operator: js, NamedIDs: true,
		Database: "sqlite:" + filepath.Join(p.Dir, service+".db"), Conn: p.Conn, Clock: p.Clock, Telemetry: p.Telemetry,
		Signer: auth.NewSigner(service, p.keys[service], p.Clock), Trusted: p.trusted, Master: p.Master,
		PersonKeys: "sqlite:" + filepath.Join(p.Dir, service+"-keys.db"),
		Instance:   ident.NewID(), Partitions: 1, Replicas: 1, StreamBytes: 1 << 30,
	}
	if service == revoked.Publisher {
		d.People = p.people
	}
	return d
}

// Start runs a service until the test ends and returns when it answers.
func (p *Platform) Start(s run.Service) {
	p.T.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	p.T.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			p.T.Errorf("%s: %v", s.Name(), err)
		}
		if err := s.Close(); err != nil {
			p.T.Errorf("%s: %v", s.Name(), err)
		}
	})
	select {
	case <-s.Ready():
	case err := <-done:
		p.T.Fatalf("%s did not start: %v", s.Name(), err)
	case <-time.After(patience):
		p.T.Fatalf("%s did not start", s.Name())
	}
	p.running = append(p.running, s.Name())
}

// Client sends calls as whatever principal a test chooses with As.
func (p *Platform) Client() *rpc.Client { return p.client }

// Signer signs as any principal.
func (p *Platform) Signer() *auth.Signer { return p.signer }

// As returns a context whose calls are sent by a principal of the test's choice;
// purpose, legal basis and an officer's division, which is then everywhere, are
// filled in where the test leaves them out.
func (p *Platform) As(who auth.Principal) context.Context {
	if who.Kind == auth.Officer && who.Division == "" {
		who.Division = auth.Everywhere
	}
	if who.Purpose == "" {
		who.Purpose = who.Main()
	}
	if who.LegalBasis == "" {
		who.LegalBasis = "test"
	}
	if who.Via == "" {
		who.Via = auth.ViaWeb
	}
	return rpc.As(context.Background(), who)
}

// Worker is a worker who acts alone.
func (p *Platform) Worker(id string) context.Context {
	return p.As(auth.Principal{Kind: auth.Worker, Subject: id})
}

// Officer is an officer of a department who acts in all counties.
func (p *Platform) Officer(department string) context.Context {
	return p.As(auth.Principal{Kind: auth.Officer, Subject: "officer-1", Department: department})
}

// Counter is an officer who acts for a worker at a counter.
func (p *Platform) Counter(department, worker string) context.Context {
	return p.As(auth.Principal{Kind: auth.Officer, Subject: "officer-1", Department: department, Via: auth.ViaCounter, ActsFor: worker})
}

// Employer is an employer.
func (p *Platform) Employer(id string) context.Context {
	return p.As(auth.Principal{Kind: auth.Employer, Subject: id})
}

// Service is another service.
func (p *Platform) Service(name string) context.Context {
	return p.As(auth.Principal{Kind: auth.Service, Subject: name, Via: auth.ViaSystem})
}

// Settle waits until every event has been applied everywhere and no task is left.
func (p *Platform) Settle() {
	p.T.Helper()
	ctx, cancel := context.WithTimeout(p.Officer("ops"), patience)
	defer cancel()
	if err := ops.WaitSettled(ctx, p.client, p.running); err != nil {
		p.T.Fatalf("the platform does not settle: %v", err)
	}
}

// Eventually waits until condition holds, and fails the test where it does not in time.
func Eventually(t testing.TB, what string, condition func() bool) {
	t.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !condition() {
		select {
		case <-deadline:
			t.Fatalf("still not: %s", what)
		case <-tick.C:
		}
	}
}
