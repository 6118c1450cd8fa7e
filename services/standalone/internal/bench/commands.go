package bench

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/crypt"
	"github.com/qiao-platform/qiao/pkg/evidence"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/telemetry"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

const (
	aggregates = 100_000
	callers    = 64
	measureFor = 5 * time.Second
)

// rig is a bus and the deps of services that a measurement invents.
type rig struct {
	natsd  *server.Server
	tel    *telemetry.Telemetry
	master *crypt.Master
	signer *auth.Signer
	trust  map[string]auth.Trusted
	// database gives the address of a service's database.
	database func(service string) (string, error)
}

// onSQLite is a rig with an embedded bus and a file for each service.
func onSQLite(ctx context.Context, dir string) (*rig, error) {
	return newRig(ctx, dir, func(service string) (string, error) { return "sqlite:" + filepath.Join(dir, service+".db"), nil })
}

func newRig(ctx context.Context, dir string, database func(string) (string, error)) (*rig, error) {
	s, err := startBus(&server.Options{ServerName: "bench", DontListen: true, JetStream: true, StoreDir: filepath.Join(dir, "nats"), NoLog: true, NoSigs: true})
	if err != nil {
		return nil, err
	}
	tel, err := telemetry.New(ctx, telemetry.Config{LogTo: io.Discard})
	if err != nil {
		return nil, err
	}
	m, err := crypt.NewMaster(crypt.Standard())
	if err != nil {
		return nil, err
	}
	key, err := auth.DeriveKey(m.BlindIndex("bench", "key"), "bench")
	if err != nil {
		return nil, err
	}
	trust := map[string]auth.Trusted{"bench": {Key: key.Public().(ed25519.PublicKey), Kinds: []auth.Kind{auth.Service, auth.Officer}, Sessionless: true}}
	for _, name := range []string{"registry", "employment", "training", "insurance", "education", "housing"} { // what they publish is signed by the one key
		trust[name] = auth.Trusted{Key: key.Public().(ed25519.PublicKey)}
	}
	return &rig{s, tel, m, auth.NewSigner("bench", key, clock.System()), trust, database}, nil
}

func startBus(o *server.Options) (*server.Server, error) {
	s, err := server.NewServer(o)
	if err != nil {
		return nil, err
	}
	s.Start()
	if !s.ReadyForConnections(10 * time.Second) {
		return nil, errors.New("the bus does not start")
	}
	return s, nil
}

func (r *rig) close() {
	r.natsd.Shutdown()
	r.natsd.WaitForShutdown()
}

func (r *rig) deps(service string) (run.Deps, error) {
	nc, err := nats.Connect("", nats.InProcessServer(r.natsd))
	if err != nil {
		return run.Deps{}, err
	}
	return r.over(nc, service)
}

// over gives the deps of a service on a connection to the bus.
func (r *rig) over(nc *nats.Conn, service string) (run.Deps, error) {
	operator, err := jetstream.New(nc)
	if err != nil {
		return run.Deps{}, err
	}
	database, err := r.database(service)
	return run.Deps{
		Operator: operator, Database: database, Conn: nc, Clock: clock.System(), Telemetry: r.tel,
		Signer: r.signer, Trusted: r.trust, Master: r.master, Instance: ident.NewID(), Partitions: 1, Replicas: 1, StreamBytes: 16 << 30,
	}, err
}

// counter is a service whose one command counts on one of many aggregates, as
// a use case does: load, change, save with its event.
type counter struct{ log *outbox.Outbox }

const counterTable = `CREATE TABLE IF NOT EXISTS aggregate (id TEXT PRIMARY KEY, n BIGINT NOT NULL, version BIGINT NOT NULL)`

// ListFacts counts on the aggregate that the request names; the platform's
// contract is borrowed so that the benchmark needs none of its own.
func (c *counter) ListFacts(ctx context.Context, req *platformv1.ListFactsRequest) (*platformv1.ListFactsResponse, error) {
	return outbox.Command(ctx, c.log, func(tx *sqldb.Tx) (*platformv1.ListFactsResponse, error) {
		var n, version int64
		if err := tx.QueryRow(`SELECT n, version FROM aggregate WHERE id = $1`, req.GetWorker()).Scan(&n, &version); err != nil {
			return nil, err
		}
		if _, err := tx.Exec(`UPDATE aggregate SET n = $1, version = $2 WHERE id = $3 AND version = $4`, n+1, version+1, req.GetWorker(), version); err != nil {
			return nil, err
		}
		return &platformv1.ListFactsResponse{}, c.log.Append(ctx, tx, outbox.Subject{Aggregate: req.GetWorker(), Version: version, Worker: req.GetWorker()},
			&platformv1.RecordRead{ReaderKind: "service", Reader: "bench", Purpose: "school_place", Kinds: []string{"job"}, CaseId: req.GetCaseId()})
	})
}

// commands holds durable commands through RPC against the same writer called
// directly and against bare one-row commits.
func commands(ctx context.Context, b *bench) error {
	dir, err := b.dir("commands")
	if err != nil {
		return err
	}
	bare, err := bareCommits(ctx, filepath.Join(dir, "bare.db"))
	if err != nil {
		return err
	}
	r, err := onSQLite(ctx, dir)
	if err != nil {
		return err
	}
	defer r.close()
	d, err := r.deps("education") // a name that the borrowed contract lets call
	if err != nil {
		return err
	}
	k, err := run.Open(ctx, "education", nil, d)
	if err != nil {
		return err
	}
	defer func() { _ = k.Close() }()
	ids, err := fill(ctx, k.Outbox.DB())
	if err != nil {
		return err
	}
	direct, through, err := r.commandRates(ctx, d, &counter{k.Outbox}, ids)
	if err != nil {
		return err
	}
	b.raw("one-row synchronous=FULL commits", bare, "/s")
	b.raw("commands, the writer called directly, 100,000 aggregates", direct, "/s")
	b.raw("commands through RPC, 64 callers, auth and tracing on", through, "/s")
	b.atLeast("commands through RPC over called directly", through/direct, "×", 0.7)
	b.atLeast("commands through RPC over one-row commits", through/bare, "×", 2)
	return nil
}

// commandRates measures a service's command called directly and through RPC.
func (r *rig) commandRates(ctx context.Context, d run.Deps, c *counter, ids []string) (direct, through float64, err error) {
	server, err := rpc.NewServer(rpc.ServerConfig{Service: "education", Conn: d.Conn, Verifier: auth.NewVerifier("education", r.trust, clock.System()), Telemetry: r.tel.For("education")}, evidence.Methods("employment", c)...)
	if err != nil {
		return 0, 0, err
	}
	if err := server.Start(); err != nil {
		return 0, 0, err
	}
	who := auth.Principal{Kind: auth.Service, Subject: "education", Purpose: "school_place", LegalBasis: "bench", Via: auth.ViaSystem}
	called := rate(ctx, func(ctx context.Context, id string) error {
		_, err := c.ListFacts(auth.NewContext(ctx, who), &platformv1.ListFactsRequest{Worker: id, CaseId: "import"})
		return err
	}, ids)
	nc, err := nats.Connect("", nats.InProcessServer(r.natsd))
	if err != nil {
		return 0, 0, err
	}
	defer nc.Close()
	client := platformv1.FactsClient{Caller: rpc.NewClient(nc, r.signer), Target: "education"}
	asked := rate(ctx, func(ctx context.Context, id string) error {
		_, err := client.ListFacts(rpc.As(ctx, who), &platformv1.ListFactsRequest{Worker: id, CaseId: "import"})
		return err
	}, ids)
	return called.perSecond, asked.perSecond, errors.Join(called.err, asked.err)
}

// bareCommits is the raw limit: one row a commit, nothing else.
func bareCommits(ctx context.Context, path string) (float64, error) {
	db, err := sqldb.Open(ctx, "sqlite:"+path)
	if err != nil {
		return 0, err
	}
	defer func() { _ = db.Close() }()
	if err := db.Update(ctx, func(tx *sqldb.Tx) error { _, err := tx.Exec(counterTable); return err }); err != nil {
		return 0, err
	}
	start, n := time.Now(), 0
	for time.Since(start) < measureFor/2 {
		err := db.Update(ctx, func(tx *sqldb.Tx) error {
			_, err := tx.Exec(`INSERT INTO aggregate (id, n, version) VALUES ($1, 0, 0)`, ident.NewID())
			return err
		})
		if err != nil {
			return 0, err
		}
		n++
	}
	return float64(n) / time.Since(start).Seconds(), nil
}

// fill makes the aggregates.
func fill(ctx context.Context, db *sqldb.DB) ([]string, error) {
	ids := make([]string, aggregates)
	err := db.Update(ctx, func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(counterTable); err != nil {
			return err
		}
		for i := range ids {
			ids[i] = ident.NewID()
			if _, err := tx.Exec(`INSERT INTO aggregate (id, n, version) VALUES ($1, 0, 0)`, ids[i]); err != nil {
				return err
			}
		}
		return nil
	})
	rand.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
	return ids, err
}

type measured struct {
	perSecond float64
	err       error
}

// rate runs do from 64 callers for a while, each on aggregates of its own.
func rate(ctx context.Context, do func(context.Context, string) error, ids []string) measured {
	var (
		wg   sync.WaitGroup
		n    atomic.Int64
		once sync.Once
		fail error
	)
	start := time.Now()
	for c := range callers {
		wg.Go(func() {
			for i := c; time.Since(start) < measureFor; i += callers {
				if err := do(ctx, ids[i%len(ids)]); err != nil {
					once.Do(func() { fail = fmt.Errorf("a command failed: %w", err) })
					return
				}
				n.Add(1)
			}
		})
	}
	wg.Wait()
	return measured{float64(n.Load()) / time.Since(start).Seconds(), fail}
}
