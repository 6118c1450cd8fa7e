//go:build e2e

package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/ops"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/testkit"
	"github.com/qiao-platform/qiao/proto/contract"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/standalone"
	"github.com/qiao-platform/qiao/services/standalone/internal/cluster"
)

// shared is the one cluster of this run: to start one takes longer than any
// test. The tests share its engines and no person, employer's post or home.
var shared struct {
	start sync.Once
	c     *cluster.Cluster
	dir   string
	disk  *testkit.Disk // of PostgreSQL; nil where none can be mounted
	err   error
}

// partitions are the channels of each service: with several, no order is kept
// between what two workers do.
const partitions = 3

func theCluster(t *testing.T) *cluster.Cluster {
	t.Helper()
	testkit.Engines(t)
	shared.start.Do(func() {
		// Not t.TempDir: PostgreSQL's user must be able to pass through.
		if shared.dir, shared.err = os.MkdirTemp("", "qiao-cluster-"); shared.err != nil {
			return
		}
		postgres := filepath.Join(shared.dir, "postgres")
		if shared.err = os.Mkdir(postgres, 0o700); shared.err != nil {
			return
		}
		shared.disk, _ = testkit.MountDisk(postgres, "8g") // the test that needs it says so
		ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
		defer cancel()
		shared.c, shared.err = cluster.Up(ctx, cluster.Config{Dir: shared.dir, Programs: filepath.Dir(program), Bus: "../../../deploy/nats/server.conf", Demo: true, Partitions: partitions})
	})
	if shared.err != nil {
		t.Fatalf("the cluster does not start: %v", shared.err)
	}
	return shared.c
}

func endCluster() error {
	if shared.c == nil {
		return nil
	}
	err := shared.c.Down(context.Background())
	if shared.disk != nil {
		err = errors.Join(err, shared.disk.Unmount())
	}
	return errors.Join(err, os.RemoveAll(shared.dir))
}

func caller(t *testing.T, c *cluster.Cluster, issuer string) contract.Caller {
	t.Helper()
	caller, nc, err := c.Caller(issuer)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	return caller
}

// holder asks a service's database which process holds a lease.
func holder(t *testing.T, c *cluster.Cluster, service, table, channel string) string {
	t.Helper()
	var owner string
	query(t, c, service, `SELECT owner FROM `+table+` WHERE channel = $1`, []any{channel}, &owner)
	for _, s := range c.Status() {
		if strings.HasSuffix(owner, fmt.Sprintf("/%d", s.PID)) {
			return s.Name
		}
	}
	return ""
}

func query(t *testing.T, c *cluster.Cluster, service, statement string, args []any, into ...any) {
	t.Helper()
	at, err := c.Database(service)
	if err != nil {
		t.Fatal(err)
	}
	db, err := sqldb.Open(context.Background(), at)
	if err != nil {
		t.Fatal(err)
	}
	err = db.View(context.Background(), func(tx *sqldb.Tx) error { return tx.QueryRow(statement, args...).Scan(into...) })
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}

// counters has workers register at several counters while something fails: a
// counter that gets no answer asks again with the same key.
type counters struct {
	l    *life
	stop context.CancelFunc
	wg   sync.WaitGroup

	mu       sync.Mutex
	workers  []string
	refused  map[string]int // by code
	lastDone time.Time
	pause    time.Duration // the longest without any success
}

func (l *life) counters() *counters {
	ctx, stop := context.WithCancel(context.Background())
	c := &counters{l: l, stop: stop, refused: map[string]int{}, lastDone: time.Now()}
	for range 4 {
		c.wg.Go(func() {
			for ctx.Err() == nil {
				c.register()
			}
		})
	}
	return c
}

func (c *counters) register() {
	document, name := somebody(c.l.today)
	key, request := ident.NewID(), &registryv1.RegisterWorkerRequest{DocumentNumber: document, Name: name, County: county,
		Languages: []string{"zh-Hans"}, RegisteredOn: c.l.today.String(), NoticeVersion: "1", Signed: true}
	for {
		ctx, cancel := context.WithTimeout(rpc.Once(c.l.officer("hrss"), key), 2*time.Second)
		reply, err := c.l.registry.RegisterWorker(ctx, request)
		cancel()
		if err == nil {
			c.mu.Lock()
			now := time.Now()
			c.workers, c.pause, c.lastDone = append(c.workers, reply.GetWorker()), max(c.pause, now.Sub(c.lastDone)), now
			c.mu.Unlock()
			return
		}
		switch errs.KindOf(err) {
		case errs.Unavailable, errs.Deadline, errs.Overloaded:
			c.mu.Lock()
			c.refused[errs.CodeOf(err)]++
			c.mu.Unlock()
		default:
			c.l.t.Errorf("while something failed: %v", err)
			return
		}
		pauseBriefly()
	}
}

// pauseBriefly keeps a counter from asking a stopped service in a tight loop.
func pauseBriefly() { <-time.After(20 * time.Millisecond) }

func (c *counters) done() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.workers)
}

// more waits until n more workers have registered from now on.
func (c *counters) more(n int) {
	c.l.t.Helper()
	from := c.done()
	testkit.Eventually(c.l.t, fmt.Sprintf("%d more registrations", n), func() bool { return c.done() >= from+n })
}

// end stops the counters and checks that whoever was told to be registered is,
// once, and that every invariant of the pipeline holds.
func (c *counters) end(on *cluster.Cluster) {
	c.l.t.Helper()
	c.stop()
	c.wg.Wait()
	c.l.settle()
	for _, w := range []string{c.workers[0], c.workers[len(c.workers)/2], c.workers[len(c.workers)-1]} {
		of := *c.l
		of.worker = w
		if steps := of.timeline(); len(steps) != 1 || steps[0] != "registry.worker.registered.v1" {
			c.l.t.Errorf("the timeline of a worker who registered meanwhile: %v", steps)
		}
	}
	for _, w := range c.workers {
		if w == "" {
			c.l.t.Error("a registration was answered with no worker")
		}
	}
	slices.Sort(c.workers)
	if n := len(slices.Compact(slices.Clone(c.workers))); n != len(c.workers) {
		c.l.t.Errorf("%d registrations gave %d workers", len(c.workers), n)
	}
	var stored int
	query(c.l.t, on, "registry", `SELECT count(*) FROM event WHERE type = 'registry.worker.registered.v1' AND worker = ANY($1)`, []any{c.workers}, &stored)
	if stored != len(c.workers) {
		c.l.t.Errorf("%d workers are registered by %d events", len(c.workers), stored)
	}
	if out, err := qiao(c.l.t, "verify", "-cluster", shared.dir); err != nil {
		c.l.t.Errorf("verify: %v\n%s", err, out)
	}
	c.l.t.Logf("%d registered; refused meanwhile: %v; longest pause %v", len(c.workers), c.refused, c.pause.Round(time.Millisecond))
}

// takeover is the longest that a dead holder's lease may stand in the way: the lease of three
// seconds, and room for a machine that is busy with everything else.
const takeover = 30 * time.Second

// takenOver kills the process that holds a service's lease of the registry's
// first channel, and waits until others hold all that it held.
func takenOver(t *testing.T, service, table string) {
	t.Helper()
	on := theCluster(t)
	l := begin(t, caller(t, on, "demo"))
	c := l.counters()
	c.more(20)
	held := func(by string) (all []string) {
		for i := range partitions {
			if channel := event.Channel("registry", i); holder(t, on, service, table, channel) == by {
				all = append(all, channel)
			}
		}
		return all
	}
	dead := holder(t, on, service, table, event.Channel("registry", 0))
	if dead == "" {
		t.Fatalf("no process of %s holds registry-0", service)
	}
	had := held(dead)
	if err := on.Kill(dead); err != nil {
		t.Fatal(err)
	}
	killed := time.Now()
	testkit.Eventually(t, "others hold what it held", func() bool { return len(held(dead)) == 0 && len(held("")) == 0 })
	if took := time.Since(killed); took > takeover {
		t.Errorf("%v were taken over after %v", had, took)
	} else {
		t.Logf("%v taken over after %v", had, took.Round(time.Millisecond))
	}
	c.more(20)
	restart(t, on, dead)
	c.more(20)
	c.end(on)
}

func TestARelayTakesOverFromADeadOne(t *testing.T) { takenOver(t, "registry", "channel") }

func TestAReaderTakesOverFromADeadOne(t *testing.T) { takenOver(t, "education", "cursor") }

// A service's events are spread over its channels, and a cluster goes on with
// as many as it began with.
func TestAClusterHasSeveralChannels(t *testing.T) {
	on := theCluster(t)
	c := begin(t, caller(t, on, "demo")).counters()
	c.more(60)
	c.end(on)
	var used int
	query(t, on, "registry", `SELECT count(DISTINCT channel) FROM event WHERE seq IS NOT NULL`, nil, &used)
	if used != partitions {
		t.Errorf("events are on %d of %d channels", used, partitions)
	}
}

func restart(t *testing.T, on *cluster.Cluster, name string) {
	t.Helper()
	if err := errors.Join(on.Restart(context.Background(), name), on.Ready(context.Background())); err != nil {
		t.Fatal(err)
	}
}

// Without the cache the platform is slower and as right.
func TestWithoutRedis(t *testing.T) {
	on := theCluster(t)
	if err := on.Kill("redis"); err != nil {
		t.Fatal(err)
	}
	defer restart(t, on, "redis")
	aLifeAcrossDepartments(t, caller(t, on, "demo"))
}

// A dead node of the bus makes no longer pause than the election of another leader.
func TestWithoutOneNodeOfTheBus(t *testing.T) {
	on := theCluster(t)
	l := begin(t, caller(t, on, "demo"))
	for _, node := range []string{"nats-1", "nats-2", "nats-3"} {
		c := l.counters()
		c.more(20)
		if err := on.Kill(node); err != nil {
			t.Fatal(err)
		}
		c.more(200)
		restart(t, on, node)
		c.more(20)
		c.end(on)
		if c.pause > time.Minute {
			t.Errorf("%s: nothing was done for %v", node, c.pause)
		}
	}
}

// A restart of the database is a clear refusal, and then it works again.
func TestPostgreSQLRestarts(t *testing.T) {
	on := theCluster(t)
	l := begin(t, caller(t, on, "demo"))
	c := l.counters()
	c.more(20)
	restart(t, on, "postgres")
	testkit.Eventually(t, "every service reaches its database again", func() bool {
		_, _, err := ops.Settled(l.officer("ops"), l.caller, standalone.Names())
		return err == nil
	})
	c.more(20)
	c.end(on)
	for code := range c.refused {
		if !strings.HasPrefix(code, "storage.") && code != "rpc.deadline" {
			t.Errorf("refused with %s", code)
		}
	}
}

// A service's user of the bus cannot listen to another's answers, nor publish
// another's events.
func TestWhatAUserOfTheBusMayDo(t *testing.T) {
	on := theCluster(t)
	nc, err := on.Bus("housing")
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	refused := make(chan error, 16)
	nc.SetErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { refused <- err })
	for _, subject := range []string{rpc.Inbox("registry") + ".>", "rpc.registry.>", "ev.>", ">"} {
		if _, err := nc.SubscribeSync(subject); err != nil {
			t.Fatal(err)
		}
		awaitRefusal(t, refused, subject)
	}
	for _, subject := range []string{"ev.registry-0.000000.worker.registered.v1", "announce.registry-0", "$JS.API.STREAM.DELETE.ev-registry-0", "$JS.API.STREAM.PURGE.ev-housing-0",
		"$JS.API.STREAM.CREATE.ev-housing-0", "$JS.API.STREAM.UPDATE.ev-housing-0", "$JS.API.STREAM.CREATE.own", "$JS.API.STREAM.MSG.DELETE.ev-registry-0"} {
		if err := nc.Publish(subject, nil); err != nil {
			t.Fatal(err)
		}
		awaitRefusal(t, refused, subject)
	}
}

func awaitRefusal(t *testing.T, refused <-chan error, subject string) {
	t.Helper()
	select {
	case err := <-refused:
		if !strings.Contains(err.Error(), "ermissions") {
			t.Errorf("%s: %v", subject, err)
		}
	case <-time.After(time.Minute):
		t.Errorf("%s is allowed", subject)
	}
}

// stopsOnAFullDisk leaves PostgreSQL little room: an import stops with one
// sentence and refuses no row for it, /ready and the pages say why and what to
// do, and there is room again.
func stopsOnAFullDisk(t *testing.T, on *cluster.Cluster) {
	t.Helper()
	if shared.disk == nil {
		testkit.Missing(t, "a disk of its own, which root can mount")
	}
	operator := plays(t, on, "ops", "operator") // before nobody can sign in any more
	roomInLog(t, on)
	if err := shared.disk.Fill(4 << 20); err != nil {
		t.Fatal(err)
	}
	out, err := qiao(t, "import", "-as-of", "2026-11-01", "-cluster", shared.dir, sheets)
	if err == nil || !strings.Contains(err.Error(), "the import stopped in") || !strings.Contains(err.Error(), "storage.") || strings.Contains(string(out), "storage.") {
		t.Errorf("%v\n%s", err, out)
	}
	testkit.Eventually(t, "a department says it", func() bool {
		return slices.ContainsFunc(on.Status(), func(s cluster.Status) bool {
			return s.Address != "" && strings.Contains(page(t, http.DefaultClient, "http://"+s.Address+"/ready"), "storage.full")
		})
	})
	testkit.Eventually(t, "the pages say it", func() bool { return strings.Contains(page(t, operator, on.Console()+"/pipeline"), "磁盘已满") })
	if err := shared.disk.Empty(); err != nil {
		t.Fatal(err)
	}
	for _, s := range on.Status() {
		if !s.Alive { // PostgreSQL, where its own log found no room
			restart(t, on, s.Name)
		}
	}
}

// roomInLog leaves PostgreSQL some files of its log that are used again, which take no
// more room: without room for the next one it would end, and say nothing of a full disk.
func roomInLog(t *testing.T, on *cluster.Cluster) {
	t.Helper()
	at, err := on.Database("registry")
	if err != nil {
		t.Fatal(err)
	}
	password, err := os.ReadFile(filepath.Join(shared.dir, "keys", "postgres.password"))
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(at)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword("postgres", strings.TrimSpace(string(password)))
	db, err := sqldb.Open(context.Background(), u.String())
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		var where string
		err = errors.Join(err, db.Update(context.Background(), func(tx *sqldb.Tx) error {
			return tx.QueryRow(`SELECT pg_logical_emit_message(false, 'test', 'room')::text || pg_switch_wal()::text`).Scan(&where)
		}))
	}
	err = errors.Join(err, db.Update(context.Background(), func(tx *sqldb.Tx) error {
		_, err := tx.Exec(`CHECKPOINT`)
		return err
	}))
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}

// plays is the browser of an officer of a department, whom the cluster's demonstration
// offers at a tap.
func plays(t *testing.T, on *cluster.Cluster, department, role string) *http.Client {
	t.Helper()
	v := (&office{t: t, url: on.Console()}).visitor()
	v.post("/sign-in/players", "player", offered(t, on, department, role))
	return v.client
}

// offered is the account of an officer whom the demonstration offers.
func offered(t *testing.T, on *cluster.Cluster, department, role string) string {
	t.Helper()
	as := rpc.As(context.Background(), auth.Principal{Kind: auth.Administrator, Subject: "demo", Department: "system", Division: auth.Everywhere, Purpose: "account_keeping", LegalBasis: "platform operation", Via: auth.ViaSystem})
	r, err := identityv1.PlayClient{Caller: caller(t, on, "demo"), Target: "identity"}.OfferPlayers(as, &identityv1.OfferPlayersRequest{Players: []*identityv1.Player{{
		PlayerLabel: department, AccountKind: "officer", Subject: department + "-1", Grants: []*identityv1.RoleGrant{{Role: role, Department: department, Covered: auth.Everywhere}}}}})
	if err != nil {
		t.Fatal(err)
	}
	return r.GetPlayers()[0].GetAccountId()
}

func page(t *testing.T, browser *http.Client, address string) string {
	t.Helper()
	resp, err := browser.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(resp.Body)
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// The county's sheets give on a cluster exactly what they give in one process,
// after a disk that was full, and again nothing more.
func TestImportIntoACluster(t *testing.T) {
	on := theCluster(t)
	stopsOnAFullDisk(t, on)
	compare(t, sums(importAltay(t, "-cluster", shared.dir)), expected(t)) // what was done is found unchanged
	second := importAltay(t, "-cluster", shared.dir)
	compare(t, sums(second), expected(t))
	for name, s := range second.Sheets {
		if s.Accepted != 0 {
			t.Errorf("%s: the second import added %d", name, s.Accepted)
		}
	}
	if out, err := qiao(t, "verify", "-cluster", shared.dir); err != nil {
		t.Errorf("verify: %v\n%s", err, out)
	}
	for _, s := range on.Status() {
		if !s.Alive {
			t.Errorf("%s has ended", s.Name)
		}
	}
}

// The console and the collector of a cluster answer.
func TestTheClustersPages(t *testing.T) {
	on := theCluster(t)
	for _, page := range []string{"/", "/ready", "/metrics"} {
		resp, err := http.Get(on.Console() + page)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", page, resp.Status)
		}
	}
	l := begin(t, caller(t, on, "demo"))
	l.hired()
	l.settle()
	for _, s := range on.Status() {
		if s.Name != "collector" {
			continue
		}
		testkit.Eventually(t, "traces of every service have arrived", func() bool {
			resp, err := http.Get("http://" + s.Address + "/spans")
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = resp.Body.Close() }()
			spans := map[string]int{}
			if err := json.NewDecoder(resp.Body).Decode(&spans); err != nil {
				t.Fatal(err)
			}
			for _, name := range standalone.Names() {
				if spans[name] == 0 {
					return false
				}
			}
			return true
		})
	}
}
