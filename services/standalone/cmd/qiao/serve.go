package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/term"

	"github.com/qiao-platform/qiao/pkg/config"
	"github.com/qiao-platform/qiao/pkg/edge"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/services/standalone"
	"github.com/qiao-platform/qiao/services/standalone/internal/demo"
)

func serve(ctx context.Context, args []string) (err error) {
	told, err := environment()
	if err != nil {
		return err
	}
	f := flag.NewFlagSet("serve", flag.ContinueOnError)
	isDemo := f.Bool("demo", false, "make a believable prefecture of invented people and let it live; uses a folder of its own")
	data := f.String("data", "", "data `folder` (default qiao-data, with -demo qiao-demo)")
	key := f.String("key-file", "", "master key `file`, outside the data folder (default: beside the folder, its name with .key)")
	f.StringVar(&told.Listen, "listen", told.Listen, "`address` to serve on; beyond this machine only with a certificate or behind a named proxy (QIAO_LISTEN)")
	edgeFlags(f, &told)
	pace := f.Float64("pace", 1, "with -demo: life events a second")
	people := f.Int("people", 2000, "with -demo: how many workers the prefecture begins with")
	seed := f.Uint64("seed", 1, "with -demo: the same seed makes the same prefecture")
	still := f.Duration("stands-still", 30*time.Second, "how `long` events may wait unmoved before /ready and the pages say so")
	filing := f.String("filing", "", "filing `number` of the application, for the foot of the pages")
	complaints := f.String("complaints", "", "`address` for complaints, for the foot of the pages")
	otlp := f.String("otlp", "", "`host:port` of an OTLP collector for traces")
	level := f.String("log", "warn", "log level: debug, info, warn or error")
	if err := f.Parse(args); err != nil {
		return err
	}
	if f.NArg() > 0 {
		return fmt.Errorf("serve takes no %q", f.Arg(0))
	}
	at, err := told.Edge()
	if err != nil {
		return err
	}
	purpose := standalone.PurposeReal
	if *isDemo {
		purpose = standalone.PurposeDemo
	}
	if *data == "" {
		*data = map[string]string{standalone.PurposeReal: "qiao-data", standalone.PurposeDemo: "qiao-demo"}[purpose]
	}
	messages, err := run.MessagesOf(told)
	if err != nil {
		return err
	}
	outside, err := run.Outsides(told.OutsideFile)
	if err != nil {
		return err
	}
	tell := func(s string) { fmt.Fprintln(os.Stderr, "qiao:", s) }
	e, err := edge.Open(ctx, at, tell)
	if err != nil {
		return err
	}
	start := time.Now()
	p, err := standalone.Open(ctx, standalone.Config{Dir: *data, KeyFile: *key, Purpose: purpose, LogTo: os.Stderr, Level: *level, OTLP: *otlp, Foot: run.Foot{FilingNumber: *filing, ComplaintURL: *complaints}, StandsStill: *still, Messages: messages,
		SignIn: run.SignIn{Outside: outside}, Edge: e, Notice: tell})
	if err != nil {
		return errors.Join(err, e.Listener().Close())
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	g, running := errgroup.WithContext(ctx)
	g.Go(func() error { return p.Run(running) })
	g.Go(func() error { return run.Serve(running, e.Listener(), p.Handler(ctx.Done())) })
	g.Go(func() error {
		if err := p.WaitReady(running); err != nil {
			return nil // stopped before it was ready: Run says why
		}
		whose := ""
		if !e.Reached() {
			whose = " on this machine"
		}
		fmt.Fprintf(os.Stderr, "qiao: ready after %d ms; open %s/%s; end with Ctrl-C\n", time.Since(start).Milliseconds(), e.URL(), whose)
		if !*isDemo {
			return firstAdministrator(running, p, e.URL(), os.Stderr, term.IsTerminal(int(os.Stderr.Fd())), os.Getenv(linkFile))
		}
		caller, err := p.Caller("demo")
		if err != nil {
			return err
		}
		return demo.Run(running, demo.Config{Caller: caller, Services: standalone.Names(), People: *people, Seed: *seed, Pace: *pace,
			Tell: tell})
	})
	return g.Wait()
}

// edgeFlags are what makes it safe that others reach the pages.
func edgeFlags(f *flag.FlagSet, into *config.Config) {
	f.StringVar(&into.TLSCert, "tls-cert", into.TLSCert, "`file` of the certificate, with what leads to its root; read again when it changes (QIAO_TLS_CERT)")
	f.StringVar(&into.TLSKey, "tls-key", into.TLSKey, "`file` of the certificate's key (QIAO_TLS_KEY)")
	f.StringVar(&into.Proxy, "proxy", into.Proxy, "`addresses` of the proxy that ends TLS before Qiao, parted by commas (QIAO_PROXY)")
	f.StringVar(&into.Origins, "origins", into.Origins, "https `addresses` of the pages as browsers have them, the main one first (QIAO_ORIGINS)")
}

// environment reads what the separate services read too: where the pages are reached,
// how codes are sent to telephones, and which other offices know who somebody is.
func environment() (config.Config, error) {
	var own []string
	for _, kv := range os.Environ() {
		name, _, _ := strings.Cut(kv, "=")
		if strings.HasPrefix(name, "QIAO_MESSAGES_") || slices.Contains([]string{"QIAO_LISTEN", "QIAO_TLS_CERT", "QIAO_TLS_KEY", "QIAO_PROXY", "QIAO_ORIGINS", "QIAO_OUTSIDE_FILE"}, name) {
			own = append(own, kv)
		}
	}
	cfg, err := config.Load("", append([]string{"QIAO_LISTEN=127.0.0.1:8080"}, own...))
	if err != nil {
		return cfg, err
	}
	return cfg, cfg.VerifyMessages()
}
