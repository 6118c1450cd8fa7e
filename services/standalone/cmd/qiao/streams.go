package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/qiao-platform/qiao/services/standalone/internal/cluster"
)

// makeStreams makes the channels' streams as the bus' operator.
func makeStreams(ctx context.Context, args []string) error {
	f := flag.NewFlagSet("streams", flag.ContinueOnError)
	on := f.String("cluster", os.Getenv("QIAO_CLUSTER"), "`folder` that the cluster was started from, or the file that describes it")
	partitions := f.Int("partitions", 1, "channels of every service; as in the services' configuration")
	replicas := f.Int("replicas", 3, "nodes of the bus that hold each stream")
	mib := f.Int64("stream-mib", 1024, "size limit of each stream, in MiB")
	watch := f.Bool("watch", false, "go on, and make them again where the bus has lost them")
	if err := f.Parse(args); err != nil {
		return err
	}
	if *on == "" || f.NArg() > 0 || *partitions < 1 || *replicas < 1 || *mib < 1 {
		return errors.New("say which platform: qiao streams -cluster DIR")
	}
	c, err := cluster.Open(*on)
	if err != nil {
		return err
	}
	for {
		names, err := c.MakeStreams(ctx, *partitions, *replicas, *mib<<20)
		switch {
		case !*watch && err != nil:
			return err
		case !*watch:
			_, err = fmt.Printf("%d streams are there.\n", len(names))
			return err
		case err != nil:
			fmt.Fprintln(os.Stderr, "qiao: streams:", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(10 * time.Second):
		}
	}
}
