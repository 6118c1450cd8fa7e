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
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/telemetry"
)

// Main runs one service by itself, from configuration, until a signal. It ends
// the process: 0 after a clean stop, 1 after an error, 2 for a wrong call.
func Main(name string, build func(context.Context, Deps) (Service, error)) {
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	path := flags.String("config", "", "configuration `file` (JSON); QIAO_* variables overlay it")
	verify := flags.Bool("config.verify", false, "check the configuration and exit")
	if err := flags.Parse(os.Args[1:]); err != nil {
		os.Exit(2)
	}
	if err := untilSignal(name, *path, *verify, build); err != nil {
		fmt.Fprintln(os.Stderr, name+":", err)
		os.Exit(1)
	}
}

func untilSignal(name, path string, verify bool, build func(context.Context, Deps) (Service, error)) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	return alone(ctx, name, path, verify, build)
}

func alone(ctx context.Context, name, path string, verify bool, build func(context.Context, Deps) (Service, error)) (err error) {
	cfg, err := config.Load(path, os.Environ())
	if err != nil {
		return err
	}
	if err := cfg.Verify(); err != nil || verify {
		return err
	}
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
	l, err := net.Listen("tcp", cfg.Listen)
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("/rpc/", s.Handler())
	Health(mux, d.Telemetry, ctx.Done(), s)
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return s.Run(ctx) })
	g.Go(func() error { return Serve(ctx, l, mux) })
	return g.Wait()
}

// connect makes a service's Deps from configuration.
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
	trusted, err := config.Trust(cfg.TrustFile)
	if err != nil {
		return d, nil, err
	}
	master, err := crypt.LoadMaster(cfg.MasterKeyFile)
	if err != nil {
		return d, nil, err
	}
	tel, err := telemetry.New(ctx, telemetry.Config{OTLPEndpoint: cfg.OTLP, LogLevel: cfg.LogLevel, LogTo: os.Stderr})
	if err != nil {
		return d, nil, err
	}
	opts := []nats.Option{nats.Name("qiao-" + name), nats.MaxReconnects(-1), nats.RetryOnFailedConnect(true)}
	if cfg.NATSCredentialsFile != "" {
		opts = append(opts, nats.UserCredentials(cfg.NATSCredentialsFile))
	}
	nc, err := nats.Connect(cfg.NATS, opts...)
	if err != nil {
		return d, nil, err
	}
	d = Deps{
		Database: database, PersonKeys: personKeys, Conn: nc, Clock: clock.System(), Telemetry: tel, Signer: auth.NewSigner(name, key, clock.System()),
		Trusted: trusted, Master: master, Instance: ident.NewID(),
		Partitions: cfg.Partitions, Replicas: cfg.Replicas, StreamBytes: int64(cfg.StreamMiB) << 20,
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

// Health serves /healthz (the process lives), /ready (every service answers
// and the process is not stopping) and /metrics.
func Health(mux *http.ServeMux, tel *telemetry.Telemetry, stopping <-chan struct{}, all ...Service) {
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.HandleFunc("GET /ready", func(w http.ResponseWriter, _ *http.Request) {
		select {
		case <-stopping:
			http.Error(w, "stopping", http.StatusServiceUnavailable)
			return
		default:
		}
		for _, s := range all {
			select {
			case <-s.Ready():
			default:
				http.Error(w, s.Name()+" is not ready", http.StatusServiceUnavailable)
				return
			}
		}
		_, _ = w.Write([]byte("ready\n"))
	})
	mux.Handle("GET /metrics", tel.Handler())
}

// Serve serves HTTP on l until ctx ends, then finishes what is under way.
func Serve(ctx context.Context, l net.Listener, h http.Handler) error {
	srv := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, BaseContext: func(net.Listener) context.Context { return ctx }}
	done := make(chan error, 1)
	go func() { done <- srv.Serve(l) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		return srv.Shutdown(stop)
	}
}
