package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/qiao-platform/qiao/pkg/config"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/services/standalone"
	"github.com/qiao-platform/qiao/services/standalone/internal/demo"
)

func serve(ctx context.Context, args []string) (err error) {
	f := flag.NewFlagSet("serve", flag.ContinueOnError)
	isDemo := f.Bool("demo", false, "make a believable prefecture of invented people and let it live; uses a folder of its own")
	data := f.String("data", "", "data `folder` (default qiao-data, with -demo qiao-demo)")
	key := f.String("key-file", "", "master key `file`, outside the data folder (default: beside the folder, its name with .key)")
	listen := f.String("listen", "127.0.0.1:8080", "loopback `address` to serve on")
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
	if err := config.Loopback(*listen); err != nil {
		return err
	}
	purpose := standalone.PurposeReal
	if *isDemo {
		purpose = standalone.PurposeDemo
	}
	if *data == "" {
		*data = map[string]string{standalone.PurposeReal: "qiao-data", standalone.PurposeDemo: "qiao-demo"}[purpose]
	}
	l, err := net.Listen("tcp", *listen)
	if err != nil {
		return err
	}
	start := time.Now()
	p, err := standalone.Open(ctx, standalone.Config{Dir: *data, KeyFile: *key, Purpose: purpose, LogTo: os.Stderr, Level: *level, OTLP: *otlp, Foot: run.Foot{FilingNumber: *filing, ComplaintURL: *complaints}, StandsStill: *still,
		Notice: func(s string) { fmt.Fprintln(os.Stderr, "qiao:", s) }})
	if err != nil {
		return errors.Join(err, l.Close())
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	g, running := errgroup.WithContext(ctx)
	g.Go(func() error { return p.Run(running) })
	g.Go(func() error { return run.Serve(running, l, p.Handler(ctx.Done())) })
	g.Go(func() error {
		if err := p.WaitReady(running); err != nil {
			return nil // stopped before it was ready: Run says why
		}
		fmt.Fprintf(os.Stderr, "qiao: ready after %d ms; open http://%s/ (this machine only, until sign-in exists); end with Ctrl-C\n", time.Since(start).Milliseconds(), l.Addr())
		if !*isDemo {
			return nil
		}
		caller, err := p.Caller("demo")
		if err != nil {
			return err
		}
		return demo.Run(running, demo.Config{Caller: caller, Services: standalone.Names(), People: *people, Seed: *seed, Pace: *pace,
			Tell: func(s string) { fmt.Fprintln(os.Stderr, "qiao:", s) }})
	})
	return g.Wait()
}
