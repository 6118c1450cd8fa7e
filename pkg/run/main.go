package run

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/redis/go-redis/extra/redisotel/v9"
	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/errgroup"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/config"
	"github.com/qiao-platform/qiao/pkg/crypt"
	"github.com/qiao-platform/qiao/pkg/edge"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/pkg/telemetry"
)

// Process is what Main runs: a service, or the console.
type Process interface {
	// Name is the name on the bus and as an issuer.
	Name() string
	// Run serves until ctx ends, then finishes what is under way.
	Run(ctx context.Context) error
	// Ready is closed when the process answers.
	Ready() <-chan struct{}
	// Handler is served over HTTP, beside the health pages.
	Handler() http.Handler
	// Close releases what New took; call it after Run has returned.
	Close() error
}

// Main runs one process of the platform by itself, from configuration, until a
// signal. needs says what its configuration must name. It ends the process: 0
// after a clean stop, 1 after an error, 2 for a wrong call.
func Main[P Process](name string, build func(context.Context, Deps) (P, error), needs ...config.Need) {
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	path := flags.String("config", "", "configuration `file` (JSON); QIAO_* variables overlay it")
	verify := flags.Bool("config.verify", false, "check the configuration and exit")
	health := flags.Bool("health", false, "ask the process that runs from this configuration whether it is ready, and exit")
	if err := flags.Parse(os.Args[1:]); err != nil {
		os.Exit(2)
	}
	if err := untilSignal(*path, needs, func(ctx context.Context, cfg config.Config) error {
		switch {
		case *verify:
			return nil
		case *health:
			return askReady(ctx, cfg)
		}
		return alone(ctx, name, cfg, build)
	}); err != nil {
		fmt.Fprintln(os.Stderr, name+":", err)
		os.Exit(1)
	}
}

// untilSignal loads and checks the configuration and does what is asked with it.
func untilSignal(path string, needs []config.Need, do func(context.Context, config.Config) error) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	cfg, err := config.Load(path, os.Environ())
	if err != nil {
		return err
	}
	if err := cfg.Verify(needs...); err != nil {
		return err
	}
	return do(ctx, cfg)
}

// askReady is the health check of an image that has no shell and no client.
func askReady(ctx context.Context, cfg config.Config) error {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	client, base, err := edge.Asking(cfg.Listen, cfg.TLSCert)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/ready", nil)
	if err != nil {
		return err
	}
	req.Host = "localhost" // whatever address it listens at
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("not ready: %s", resp.Status)
	}
	return nil
}

func alone[P Process](ctx context.Context, name string, cfg config.Config, build func(context.Context, Deps) (P, error)) (err error) {
	d, closeDeps, err := connect(ctx, name, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeDeps()) }()
	s, err := build(ctx, d)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	at, err := cfg.Edge()
	if err != nil {
		return err
	}
	e, err := edge.Open(ctx, at, func(says string) { d.Telemetry.For(name).Log.WarnContext(ctx, "certificate", "says", says) })
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("/", s.Handler())
	Health(mux, d.Telemetry, ctx.Done(), s)
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return s.Run(ctx) })
	g.Go(func() error { return Serve(ctx, e.Listener(), e.Handler(mux)) })
	return g.Wait()
}

// connect makes a process's Deps from configuration; what the configuration
// does not name stays empty, and Verify has said whether it may.
func connect(ctx context.Context, name string, cfg config.Config) (d Deps, closeAll func() error, err error) {
	database, err := config.Secret(cfg.DatabaseFile)
	if err != nil {
		return d, nil, err
	}
	personKeys, err := config.Secret(cfg.PersonKeysFile)
	if err != nil {
		return d, nil, err
	}
	key, err := config.SigningKey(cfg.SigningKeyFile)
	if err != nil {
		return d, nil, err
	}
	var trusted map[string]auth.Trusted
	if cfg.TrustFile != "" {
		if trusted, err = config.Trust(cfg.TrustFile); err != nil {
			return d, nil, err
		}
	}
	var master *crypt.Master
	if cfg.MasterKeyFile != "" {
		if master, err = crypt.LoadMaster(cfg.MasterKeyFile); err != nil {
			return d, nil, err
		}
	}
	tel, err := telemetry.New(ctx, telemetry.Config{OTLPEndpoint: cfg.OTLP, LogLevel: cfg.LogLevel, LogTo: os.Stderr})
	if err != nil {
		return d, nil, err
	}
	// Answers bear people's data: each process has an inbox that no other may
	// listen to.
	opts := []nats.Option{nats.Name("qiao-" + name), nats.CustomInboxPrefix(rpc.Inbox(name)), nats.MaxReconnects(-1), nats.RetryOnFailedConnect(true),
		nats.ReconnectWait(250 * time.Millisecond),                      // a reader is back before a relay that waits for its objection goes on
		nats.PingInterval(5 * time.Second), nats.MaxPingsOutstanding(2)} // a dead link is noticed in seconds, not minutes
	if cfg.NATSCredentialsFile != "" {
		opts = append(opts, nats.UserCredentials(cfg.NATSCredentialsFile))
	}
	if cfg.NATSUser != "" {
		password, err := config.Secret(cfg.NATSPasswordFile)
		if err != nil {
			return d, nil, err
		}
		opts = append(opts, nats.UserInfo(cfg.NATSUser, password))
	}
	nc, err := nats.Connect(cfg.NATS, opts...)
	if err != nil {
		return d, nil, err
	}
	d = Deps{
		Database: database, PersonKeys: personKeys, Conn: nc, Clock: clock.System(), Telemetry: tel, Signer: auth.NewSigner(name, key, clock.System()),
		Trusted: trusted, Master: master, Instance: instance(), Demo: cfg.Demo, AskRegistry: true,
		Foot:       Foot{FilingNumber: cfg.FilingNumber, ComplaintURL: cfg.ComplaintURL},
		Partitions: cfg.Partitions, Replicas: cfg.Replicas, StreamBytes: int64(cfg.StreamMiB) << 20,
		StandsStill: time.Duration(cfg.StandsStillSeconds) * time.Second,
	}
	if cfg.PeopleKeyFile != "" {
		people, err := config.SigningKey(cfg.PeopleKeyFile)
		if err != nil {
			return d, nil, err
		}
		d.People = auth.NewSigner(People, people, clock.System())
	}
	if cfg.Demo && cfg.PlaysKeyFile != "" {
		plays, err := config.SigningKey(cfg.PlaysKeyFile)
		if err != nil {
			return d, nil, err
		}
		d.Plays = auth.NewSigner(Plays, plays, clock.System())
	}
	d.SignIn.LinkFile = cfg.AdminLinkFile
	if d.SignIn.Outside, err = Outsides(cfg.OutsideFile); err != nil {
		return d, nil, err
	}
	at, err := cfg.Edge()
	if err != nil {
		return d, nil, err
	}
	d.SignIn = d.SignIn.At(at.Origins)
	if d.Messages, err = MessagesOf(cfg); err != nil {
		return d, nil, err
	}
	if cfg.Redis != "" {
		password, err := config.Secret(cfg.RedisPasswordFile)
		if err != nil {
			return d, nil, err
		}
		c := redis.NewClient(&redis.Options{Addr: cfg.Redis, Password: password, DialTimeout: 500 * time.Millisecond, ReadTimeout: 500 * time.Millisecond, MaxRetries: -1})
		if err := redisotel.InstrumentTracing(c); err != nil {
			return d, nil, err
		}
		d.Redis = c
	}
	return d, func() error {
		nc.Close()
		if d.Redis != nil {
			_ = d.Redis.Close()
		}
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		return tel.Shutdown(ctx)
	}, nil
}

// MessagesOf reads how codes are sent to telephones.
func MessagesOf(cfg config.Config) (Messages, error) {
	key, err := config.Secret(cfg.MessagesKeyFile)
	return Messages{URL: cfg.MessagesURL, Template: cfg.MessagesTemplate, Sign: cfg.MessagesSign, Key: []byte(key)}, err
}

// instance names this process where it holds a lease, so that an operator can find it.
func instance() string {
	host, _ := os.Hostname() // for people to read; the id alone tells instances apart
	return fmt.Sprintf("%s@%s/%d", ident.NewID(), host, os.Getpid())
}

// Health serves /healthz (the process lives), /serving (every service answers
// and the process is not stopping), /ready (and nothing stands still: else 503,
// with a line for each reason) and /metrics. A balancer that should go on
// sending readers to a service whose events wait asks /serving. The reasons and the
// metrics are for who asks on this machine.
func Health(mux *http.ServeMux, tel *telemetry.Telemetry, stopping <-chan struct{}, all ...Process) {
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	serving := func(w http.ResponseWriter) bool {
		select {
		case <-stopping:
			http.Error(w, "stopping", http.StatusServiceUnavailable)
			return false
		default:
		}
		for _, s := range all {
			select {
			case <-s.Ready():
			default:
				text := s.Name() + " is not ready"
				if held, ok := s.(interface{ Held() error }); ok && held.Held() != nil {
					text += ": " + errs.From(held.Held()).Text
				}
				http.Error(w, text, http.StatusServiceUnavailable)
				return false
			}
		}
		return true
	}
	mux.HandleFunc("GET /serving", func(w http.ResponseWriter, _ *http.Request) {
		if serving(w) {
			_, _ = w.Write([]byte("serving\n"))
		}
	})
	mux.HandleFunc("GET /ready", func(w http.ResponseWriter, r *http.Request) {
		if !serving(w) {
			return
		}
		var lines []string
		for _, s := range all {
			if u, ok := s.(interface{ Unwell() []string }); ok {
				lines = append(lines, u.Unwell()...)
			}
		}
		if len(lines) > 0 && !edge.Of(r).Here {
			lines = []string{"something stands still"}
		}
		if len(lines) > 0 {
			http.Error(w, strings.Join(lines, "\n"), http.StatusServiceUnavailable)
			return
		}
		_, _ = w.Write([]byte("ready\n"))
	})
	metrics := tel.Handler()
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, r *http.Request) {
		if !edge.Of(r).Here {
			http.NotFound(w, r)
			return
		}
		metrics.ServeHTTP(w, r)
	})
}

// Serve serves HTTP on l until ctx ends, then finishes what is under way.
func Serve(ctx context.Context, l net.Listener, h http.Handler) error {
	srv := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 32 << 10, DisableGeneralOptionsHandler: true, BaseContext: func(net.Listener) context.Context { return ctx }}
	done := make(chan error, 1)
	go func() { done <- srv.Serve(l) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		// Longer than the five seconds for which a connection that asked nothing yet is kept.
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 8*time.Second)
		defer cancel()
		return srv.Shutdown(stop)
	}
}
