package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"

	"github.com/qiao-platform/qiao/services/standalone"
	"github.com/qiao-platform/qiao/services/standalone/internal/cluster"
	"github.com/qiao-platform/qiao/services/standalone/internal/demo"
)

// clusterFlag is where a command finds a platform of separate services. The
// variable spares compose's tool from naming it each time.
func clusterFlag(f *flag.FlagSet, does string) *string {
	return f.String("cluster", os.Getenv("QIAO_CLUSTER"), does+" the cluster that was started from this `folder`, or that this file describes, instead (default $QIAO_CLUSTER)")
}

// demonstrate fills a platform of separate services with invented people and
// lets them live until it is ended.
func demonstrate(ctx context.Context, args []string) error {
	f := flag.NewFlagSet("demo", flag.ContinueOnError)
	at := clusterFlag(f, "fill")
	pace := f.Float64("pace", 1, "life events a second")
	people := f.Int("people", 2000, "how many workers the prefecture begins with")
	seed := f.Uint64("seed", 1, "the same seed makes the same prefecture")
	if err := f.Parse(args); err != nil {
		return err
	}
	if *at == "" || f.NArg() > 0 {
		return errors.New("demo fills a platform of separate services: qiao demo -cluster DIR; one process is filled by qiao serve -demo")
	}
	c, err := cluster.Open(*at)
	if err != nil {
		return err
	}
	if !c.Demo() {
		return errors.New("this platform is for real people; a demonstration needs one of its own")
	}
	caller, conn, err := c.Caller("demo")
	if err != nil {
		return err
	}
	defer conn.Close()
	return demo.Run(ctx, demo.Config{Caller: caller, Services: standalone.Names(), People: *people, Seed: *seed, Pace: *pace,
		Tell: func(s string) { fmt.Fprintln(os.Stderr, "qiao:", s) }})
}
