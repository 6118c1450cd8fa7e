// Package cluster runs the platform as it runs on several machines, on this
// one: three nodes of the bus, PostgreSQL, Redis, a collector of traces, two
// instances of each service and the console, each a process of its own that
// knows the others only by their addresses. It ends only what it started.
package cluster

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/redis/go-redis/v9"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/config"
	"github.com/qiao-platform/qiao/pkg/crypt"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/services/console"
	"github.com/qiao-platform/qiao/services/standalone"
	"github.com/qiao-platform/qiao/services/standalone/internal/keys"
)

const (
	nodes     = 3 // of the bus
	instances = 2 // of each service

	streamBytes = 1 << 30
)

// Config says where a cluster lives and of what it is made.
type Config struct {
	Dir      string // state, secrets, data and logs; made where it is missing
	Programs string // the folder of the built commands: qiao, registry, …, console
	Bus      string // the bus' configuration, deploy/nats/server.conf
	Listen   string // the console's address; "" takes a free port
	Demo     bool   // whether someone may sign for invented people

	// What makes it safe that others reach the console: see config.Config.
	TLSCert, TLSKey, Proxy, Origins string

	// Partitions are the channels of each service; 0 is what the folder's
	// cluster had, or one.
	Partitions int

	Anew   []string          // keys that are made anew: see keys.Platform
	Notice func(text string) // told what the operator has to do; nil where nobody is
}

// Cluster is a running cluster, or one that ran.
type Cluster struct {
	dir     string
	secrets string // the folder that keys.Write filled
	state   state
}

// state is what the file cluster.json holds.
type state struct {
	Demo       bool      `json:"demo"`
	Partitions int       `json:"partitions"` // channels of each service
	Nodes      []string  `json:"nodes"`      // where clients reach the bus
	Processes  []process `json:"processes"`
}

// Errors of this package.
var (
	ErrRuns   = errors.New("a cluster runs from this folder already")
	ErrNoneIs = errors.New("no cluster was started from this folder")

	errOrigins = errors.New("a cluster's console with a certificate needs -origins: identity cannot read the certificate's names")
)

// Open returns the cluster that was started from the folder at the path, or the
// one that a file there describes, which something else started: compose, say.
func Open(path string) (*Cluster, error) {
	dir, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if info, err := os.Stat(dir); err == nil && info.Mode().IsRegular() {
		return describedBy(dir)
	}
	c := &Cluster{dir: dir, secrets: filepath.Join(dir, "keys")}
	b, err := os.ReadFile(c.path("cluster.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: %w", dir, ErrNoneIs)
	}
	if err != nil {
		return nil, err
	}
	return c, json.Unmarshal(b, &c.state)
}

// Up starts a cluster and returns when all of it is ready. On a folder that a
// cluster ran from it goes on with that data. What it started before an error
// is ended.
func Up(ctx context.Context, cfg Config) (c *Cluster, err error) {
	dir, err := filepath.Abs(cfg.Dir)
	if err != nil {
		return nil, err
	}
	partitions := cmp.Or(cfg.Partitions, 1)
	if old, err := Open(dir); err == nil {
		if slices.ContainsFunc(old.state.Processes, process.alive) {
			return nil, fmt.Errorf("%s: %w", dir, ErrRuns)
		}
		partitions = cmp.Or(cfg.Partitions, old.state.Partitions, 1)
	}
	c = &Cluster{dir: dir, secrets: filepath.Join(dir, "keys"), state: state{Demo: cfg.Demo, Partitions: partitions}}
	started := c
	for _, sub := range []string{"log", "bus/secrets", "config", "collector", "redis"} {
		if err := os.MkdirAll(c.path(sub), 0o700); err != nil {
			return nil, err
		}
	}
	if err := os.Chmod(dir, 0o711); err != nil { // PostgreSQL's user must be able to pass through
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, started.Down(context.WithoutCancel(ctx)))
		}
	}()
	at, err := addresses(cfg.Listen)
	if err != nil {
		return nil, err
	}
	if err := cfg.edge(&at); err != nil {
		return nil, err
	}
	if err := keys.Write(c.secrets, keys.Platform{Postgres: at.postgres, Nodes: at.routes, Partitions: partitions, Demo: cfg.Demo, Anew: cfg.Anew, Notice: cfg.Notice,
		Data: []string{c.path("postgres", "data", "PG_VERSION"), c.path("bus", "nats-*", "jetstream")}}); err != nil {
		return nil, err
	}
	for _, start := range []func(context.Context, Config, places) error{c.startBus, c.startPostgres, c.startRedis, c.startCollector} {
		if err := start(ctx, cfg, at); err != nil {
			return nil, err
		}
	}
	if err := errors.Join(c.busReady(ctx), c.makeDatabases(ctx, at), c.redisReady(ctx, at)); err != nil {
		return nil, err
	}
	if _, err := c.MakeStreams(ctx, partitions, nodes, streamBytes); err != nil {
		return nil, err
	}
	if err := c.startServices(cfg, at); err != nil {
		return nil, err
	}
	return c, c.Ready(ctx)
}

// Databases starts PostgreSQL alone, with a database for each service: for
// what is measured on it. Down ends it.
func Databases(ctx context.Context, dir string) (*Cluster, error) {
	return started(ctx, dir, func(c *Cluster, at places) error {
		return errors.Join(c.startPostgres(ctx, Config{}, at), c.makeDatabases(ctx, at))
	})
}

// Stores is Databases with a Redis beside it, and a client of that, which its owner closes.
func Stores(ctx context.Context, dir string) (c *Cluster, remembers *redis.Client, err error) {
	c, err = started(ctx, dir, func(c *Cluster, at places) error {
		if err := os.MkdirAll(c.path("redis"), 0o700); err != nil {
			return err
		}
		if err := errors.Join(c.startPostgres(ctx, Config{}, at), c.startRedis(ctx, Config{}, at)); err != nil {
			return err
		}
		remembers, err = c.redisClient(at)
		return errors.Join(err, c.makeDatabases(ctx, at), c.redisReady(ctx, at))
	})
	return c, remembers, err
}

// started starts some of the engines in a folder, with their secrets. What it started
// before an error is ended.
func started(ctx context.Context, dir string, start func(*Cluster, places) error) (c *Cluster, err error) {
	c = &Cluster{dir: dir, secrets: filepath.Join(dir, "keys")}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.Down(context.WithoutCancel(ctx)))
		}
	}()
	if err := os.MkdirAll(c.path("log"), 0o700); err != nil {
		return nil, err
	}
	if err := os.Chmod(dir, 0o711); err != nil { // PostgreSQL's user must be able to pass through
		return nil, err
	}
	at, err := addresses("")
	if err != nil {
		return nil, err
	}
	if err := keys.Write(c.secrets, keys.Platform{Postgres: at.postgres, Nodes: at.routes, Partitions: 1}); err != nil {
		return nil, err
	}
	return c, start(c, at)
}

// Ready waits until every service and the console answer.
func (c *Cluster) Ready(ctx context.Context) error {
	for i := range c.state.Processes {
		if p := &c.state.Processes[i]; p.HTTP != "" {
			if err := p.ready(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// Down ends what Up started, what uses the others first.
func (c *Cluster) Down(ctx context.Context) error {
	var errs []error
	all := slices.Clone(c.state.Processes)
	slices.Reverse(all)
	for len(all) > 0 {
		n := 1 // processes of one kind end together
		for n < len(all) && all[n].Kind == all[0].Kind {
			n++
		}
		errs = append(errs, end(ctx, all[:n]))
		all = all[n:]
	}
	return errors.Join(errs...)
}

// Status says of every process, in the order of their start, whether it lives.
type Status struct {
	Name    string
	PID     int
	Address string
	Alive   bool
}

// Status tells how every process is.
func (c *Cluster) Status() []Status {
	var all []Status
	for _, p := range c.state.Processes {
		all = append(all, Status{p.Name, p.PID, p.HTTP, p.alive()})
	}
	return all
}

// Console is the console's address.
func (c *Cluster) Console() string {
	p, err := c.process(console.Name)
	if err != nil {
		return ""
	}
	return p.URL
}

// Kill ends a process at once, as a failure would.
func (c *Cluster) Kill(name string) error {
	p, err := c.process(name)
	if err != nil {
		return err
	}
	return p.kill()
}

// Restart starts a process again that has ended, or ends it first in its own way.
func (c *Cluster) Restart(ctx context.Context, name string) error {
	p, err := c.process(name)
	if err != nil {
		return err
	}
	if err := end(ctx, []process{*p}); err != nil {
		return err
	}
	return c.start(p)
}

func (c *Cluster) process(name string) (*process, error) {
	for i := range c.state.Processes {
		if c.state.Processes[i].Name == name {
			return &c.state.Processes[i], nil
		}
	}
	return nil, fmt.Errorf("the cluster has no process %q", name)
}

// Database returns the address of a service's database.
func (c *Cluster) Database(service string) (string, error) {
	return config.Secret(c.secret(service + ".database"))
}

// Master is the platform's key.
func (c *Cluster) Master() (*crypt.Master, error) { return crypt.LoadMaster(c.secret("master.key")) }

// Bus connects to the bus as one of its users.
func (c *Cluster) Bus(user string) (*nats.Conn, error) {
	password, err := config.Secret(c.secret("nats-" + user + ".password"))
	if err != nil {
		return nil, err
	}
	return nats.Connect(strings.Join(c.state.Nodes, ","), nats.UserInfo(user, password), nats.CustomInboxPrefix(rpc.Inbox(user)), nats.Name("qiao-"+user), nats.MaxReconnects(-1))
}

// Caller returns a client on a connection of its own that signs as one of the
// issuers of people: console, import or, in a demonstration, demo.
func (c *Cluster) Caller(issuer string) (*rpc.Client, *nats.Conn, error) {
	key, err := config.SigningKey(c.secret(issuer + ".key"))
	if err != nil {
		return nil, nil, err
	}
	nc, err := c.Bus(issuer)
	if err != nil {
		return nil, nil, err
	}
	return rpc.NewClient(nc, auth.NewSigner(issuer, key, clock.System())), nc, nil
}

func (c *Cluster) secret(name string) string { return filepath.Join(c.secrets, name) }

// AdminLink is the file of the first administrator's link, which is there while there is
// no administrator.
func (c *Cluster) AdminLink() string { return c.path("administrator.link") }

func (c *Cluster) path(parts ...string) string {
	return filepath.Join(append([]string{c.dir}, parts...)...)
}

func (c *Cluster) save() error {
	b, err := json.MarshalIndent(c.state, "", " ")
	if err != nil {
		return err
	}
	tmp := c.path("cluster.json.new")
	if err := os.WriteFile(tmp, b, 0o600); err != nil {
		return err
	}
	return os.Rename(tmp, c.path("cluster.json"))
}

// places are the addresses of one run.
type places struct {
	clients, routes, monitors  []string
	postgres, redis, collector string
	services                   map[string]string
	origins                    string // of the console
}

// edge says where the console's pages are, which identity must know too.
func (cfg Config) edge(at *places) error {
	console := config.Config{Listen: at.services[console.Name], TLSCert: cfg.TLSCert, TLSKey: cfg.TLSKey, Proxy: cfg.Proxy, Origins: cfg.Origins}
	if _, err := console.Edge(); err != nil {
		return err
	}
	if at.origins = cfg.Origins; at.origins != "" {
		return nil
	}
	if cfg.TLSCert != "" {
		return errOrigins
	}
	_, port, err := net.SplitHostPort(console.Listen)
	at.origins = "http://" + net.JoinHostPort("localhost", port)
	return err
}

// addresses finds free ports. Another program could take one before it is
// used; the start then fails and says so.
func addresses(listen string) (at places, err error) {
	var open []net.Listener
	defer func() {
		for _, l := range open {
			err = errors.Join(err, l.Close())
		}
	}()
	// Below the ports that the system gives to outgoing connections: one of those
	// would take a server's before it is started, or while it is away.
	free := func() string {
		for range 1000 {
			l, listenErr := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(10_000+rand.IntN(20_000))))
			if listenErr == nil {
				open = append(open, l)
				return l.Addr().String()
			}
		}
		err = errors.New("no port is free")
		return ""
	}
	for range nodes {
		at.clients, at.routes, at.monitors = append(at.clients, free()), append(at.routes, free()), append(at.monitors, free())
	}
	at.postgres, at.redis, at.collector = free(), free(), free()
	at.services = map[string]string{console.Name: listen}
	if listen == "" {
		at.services[console.Name] = free()
	}
	for _, s := range standalone.Names() {
		for i := range instances {
			at.services[instance(s, i)] = free()
		}
	}
	return at, err
}

func instance(service string, i int) string { return fmt.Sprintf("%s-%d", service, i+1) }

// until waits for a condition that another process brings about. Each try has a
// time of its own: what is asked of a bus that has no leader yet is never answered.
func until(ctx context.Context, what string, holds func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		try, end := context.WithTimeout(ctx, 3*time.Second)
		err := holds(try)
		end()
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s: %w", what, err)
		case <-tick.C:
		}
	}
}
