//go:build chaos

package matrix

import (
	"bytes"
	"cmp"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/consume"
	"github.com/qiao-platform/qiao/pkg/crypt"
	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/telemetry"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
)

const (
	publisher = "employment"
	reader    = "training" // the contract names it for what the publisher here publishes
	workers   = 7
)

// config tells a process what it is.
type config struct {
	Role     string // publisher or reader; registry or department where who is one person is the matter
	NATS     string
	Database string
	Events   int           // a publisher ends its load after so many
	Pause    time.Duration // between a publisher's commands
	Stream   int64         // the bytes that the stream takes; 0 is plenty
	Channels int           // of the publisher; 0 is one
}

// Node turns this program into a publisher or a reader where it was told to be
// one, and does not return then. Call it before anything else.
func Node() {
	told := os.Getenv("QIAO_TEST_NODE")
	if told == "" {
		return
	}
	var c config
	err := json.Unmarshal([]byte(told), &c)
	if err == nil {
		err = serve(context.Background(), c)
	}
	fmt.Fprintln(os.Stderr, "node:", err)
	os.Exit(1)
}

// issuer's key and the master key are derived, so that all processes agree.
func issuer(name string) ed25519.PrivateKey {
	k, err := auth.DeriveKey([]byte("a secret of the tests"), name)
	if err != nil {
		panic(err)
	}
	return k
}

// master is read from a file that each process writes for itself: only a file
// makes a key of given secrets.
func master() (m *crypt.Master, err error) {
	dir, err := os.MkdirTemp("", "qiao-matrix-key-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	path := filepath.Join(dir, "key")
	secret := strings.Repeat("5e", 32)
	if err := os.WriteFile(path, []byte("qiao master key 1\nsuite: standard\nid: 0000000000000001\nkey: "+secret+"\nindex-key: "+secret+"\n"), 0o600); err != nil {
		return nil, err
	}
	return crypt.LoadMaster(path)
}

func trusted() map[string]auth.Trusted {
	all := map[string]auth.Trusted{"test": {Key: issuer("test").Public().(ed25519.PublicKey), Kinds: []auth.Kind{auth.Officer, auth.Service}, Sessionless: true}}
	for _, s := range services {
		all[s] = auth.Trusted{Key: issuer(s).Public().(ed25519.PublicKey), Kinds: []auth.Kind{auth.Service}, Subject: s}
	}
	return all
}

// serve runs a node until it is killed.
func serve(ctx context.Context, c config) error {
	nc, err := nats.Connect(c.NATS, nats.MaxReconnects(-1), nats.ReconnectWait(50*time.Millisecond), nats.RetryOnFailedConnect(true))
	if err != nil {
		return err
	}
	logTo := io.Discard
	if os.Getenv("QIAO_TEST_LOG") != "" {
		logTo = os.Stderr
	}
	tel, err := telemetry.New(ctx, telemetry.Config{LogTo: logTo, LogText: true})
	if err != nil {
		return err
	}
	master, err := master()
	if err != nil {
		return err
	}
	js, err := jetstream.New(nc)
	if err != nil {
		return err
	}
	name := services[c.Role]
	d := run.Deps{Operator: js, Database: c.Database, Conn: nc, Clock: clock.System(), Telemetry: tel, Signer: auth.NewSigner(name, issuer(name), clock.System()),
		Trusted: trusted(), Master: master, Instance: ident.NewID(), Partitions: max(1, c.Channels), Replicas: 1, StreamBytes: cmp.Or(c.Stream, 1<<30)}
	var s run.Service
	for { // the broker may be away when the node starts
		if s, err = assemble(ctx, name, c, d); err == nil {
			break
		}
		fmt.Fprintln(os.Stderr, "node: not yet:", err)
		time.Sleep(100 * time.Millisecond) //nolint:forbidigo // a process that waits for its broker, no test
	}
	return s.Run(ctx)
}

// assemble makes the service that a node is; what publishes begins its load.
func assemble(ctx context.Context, name string, c config, d run.Deps) (run.Service, error) {
	if c.Role == "department" { // whole, as any department: who is one person is followed without a line of its own
		return run.New(ctx, name, nil, d, guardianship)
	}
	k, err := run.Open(ctx, name, nil, d)
	if err != nil {
		return nil, err
	}
	parts := run.Parts{}
	if c.Role == "reader" {
		parts.Router = hears()
	}
	s, err := k.Assemble(ctx, parts)
	if err != nil {
		return nil, errors.Join(err, k.Close())
	}
	switch c.Role {
	case "publisher":
		go load(ctx, k.Outbox, c, hires)
	case "registry":
		go load(ctx, k.Outbox, c, lives)
	}
	return s, nil
}

// hears writes down every event, in the transaction that moves the cursor.
func hears() *consume.Router {
	r := consume.NewRouter()
	consume.On(r, publisher, func(_ context.Context, tx *sqldb.Tx, e event.Event, _ *employmentv1.HireRegistered) error {
		_, err := tx.Exec(`INSERT INTO heard (id, aggregate, version) VALUES ($1, $2, $3)`, e.ID, e.Aggregate, e.Version)
		return err
	})
	return r
}

// services is what the nodes are, by their roles.
var services = map[string]string{"publisher": publisher, "reader": reader, "registry": event.Keeper, "department": "education"}

// change is one of a load: of which thing, about whom, and what is told of it.
type change struct {
	thing, worker string
	told          proto.Message
}

// hires are changes of a few things in turn.
func hires(n int64) change {
	id := fmt.Sprintf("thing-%d", n%workers)
	return change{id, id, &employmentv1.HireRegistered{HireId: id}}
}

// load changes the state of things, each change with its event, until the
// publisher's database holds as many as are wanted.
func load(ctx context.Context, log *outbox.Outbox, c config, changes func(n int64) change) {
	for {
		var total int64
		err := log.DB().Update(ctx, func(tx *sqldb.Tx) error {
			if c.Role == "registry" { // a life goes on in one order, whoever writes it
				if err := tx.Lock("lives"); err != nil {
					return err
				}
			}
			if err := tx.QueryRow(`SELECT coalesce(sum(version), 0) FROM thing`).Scan(&total); err != nil || total >= int64(c.Events) {
				return err
			}
			next := changes(total)
			var version int64
			if err := tx.QueryRow(`INSERT INTO thing (id, version) VALUES ($1, 1) ON CONFLICT (id) DO UPDATE SET version = thing.version + 1 RETURNING version`, next.thing).Scan(&version); err != nil {
				return err
			}
			return log.Append(ctx, tx, outbox.Subject{Aggregate: next.thing, Version: version - 1, Worker: next.worker}, next.told)
		})
		if err == nil && total >= int64(c.Events) {
			return
		}
		time.Sleep(max(c.Pause, time.Millisecond)) //nolint:forbidigo // the load's pace, no test
	}
}

// node is a running process.
type node struct {
	t    testing.TB
	cmd  *exec.Cmd
	done chan struct{}
	said said
}

// said is what a node has written so far.
type said struct {
	mu   sync.Mutex
	text strings.Builder
}

func (s *said) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(b)
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// start runs a node; env names a fault or a broken mechanism.
func start(t testing.TB, c config, env ...string) *node {
	t.Helper()
	told, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	n := &node{t: t, cmd: exec.Command(program), done: make(chan struct{})}
	n.cmd.Env = append(os.Environ(), append(env, "QIAO_TEST_NODE="+string(told))...)
	n.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	n.cmd.Stderr = &n.said
	if os.Getenv("QIAO_TEST_LOG") != "" {
		n.cmd.Stderr = io.MultiWriter(os.Stderr, &n.said)
	}
	if err := n.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = n.cmd.Wait()
		close(n.done)
	}()
	t.Cleanup(func() {
		n.kill()
		if said := n.said.String(); t.Failed() && said != "" {
			t.Logf("%s said: %.2000s", c.Role, said)
		}
	})
	return n
}

// kill ends the process as a power cut would.
func (n *node) kill() {
	_ = n.cmd.Process.Kill()
	<-n.done
}

// dies waits until the process has been killed by its failpoint.
func (n *node) dies() {
	n.t.Helper()
	select {
	case <-n.done:
	case <-time.After(patience):
		n.t.Fatal("the failpoint was never reached")
	}
	if w, ok := n.cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || w.Signal() != syscall.SIGKILL {
		n.t.Fatalf("the process ended otherwise: %v", n.cmd.ProcessState)
	}
}

// processState reads a process's state from the system's table: T is stopped.
func processState(pid int) (byte, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := bytes.Cut(b[max(0, bytes.LastIndexByte(b, ')')):], []byte(") "))
	if len(rest) == 0 {
		return 0, fmt.Errorf("process %d: its state cannot be read", pid)
	}
	return rest[0], nil
}
