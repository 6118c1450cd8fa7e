package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"text/tabwriter"

	"github.com/qiao-platform/qiao/pkg/config"
	"github.com/qiao-platform/qiao/services/standalone/internal/cluster"
)

const clusterUsage = `qiao cluster runs the platform as separate processes on this machine.

  qiao cluster up [-state DIR] [-listen ADDR] [-demo]   start it, or go on with its data
  qiao cluster status [-state DIR]                      what runs, and where
  qiao cluster down [-state DIR]                        end what up started
`

func onCluster(ctx context.Context, args []string) error {
	if len(args) == 0 {
		fmt.Fprint(os.Stderr, clusterUsage)
		return errFailed
	}
	commands := map[string]func(context.Context, []string) error{
		"up": clusterUp, "down": clusterDown, "status": clusterStatus,
		"node": clusterNode, "collector": clusterCollector, // what up starts
	}
	c, ok := commands[args[0]]
	if !ok {
		fmt.Fprint(os.Stderr, clusterUsage)
		return errFailed
	}
	return c(ctx, args[1:])
}

const defaultState = "qiao-cluster"

func clusterUp(ctx context.Context, args []string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	f := flag.NewFlagSet("cluster up", flag.ContinueOnError)
	state := f.String("state", defaultState, "`folder` of its secrets, data and logs")
	listen := f.String("listen", "127.0.0.1:8080", "`address` of the console")
	programs := f.String("programs", filepath.Dir(self), "`folder` of the built commands")
	bus := f.String("bus", "deploy/nats/server.conf", "the bus' configuration `file`")
	partitions := f.Int("partitions", 0, "channels of every service, fixed for a platform's life; 0 is what the folder's cluster had, or one")
	demo := f.Bool("demo", false, "let someone sign for invented people")
	var anew names
	f.Var(&anew, "anew", anewFlag)
	var at config.Config
	edgeFlags(f, &at)
	if err := f.Parse(args); err != nil {
		return err
	}
	c, err := cluster.Up(ctx, cluster.Config{TLSCert: at.TLSCert, TLSKey: at.TLSKey, Proxy: at.Proxy, Origins: at.Origins, Dir: *state, Programs: *programs, Bus: *bus, Listen: *listen, Demo: *demo, Partitions: *partitions, Anew: anew, Notice: notice})
	if err != nil {
		return err
	}
	if exists(c.AdminLink()) {
		fmt.Printf("There is no administrator yet. The first one opens %s/sign-in/new within a day, and enters what stands in %s.\n", c.Console(), c.AdminLink())
	}
	_, err = fmt.Printf("The cluster is ready: open %s/\n", c.Console())
	return err
}

// started parses the flags of a command on a cluster that was started.
func started(name string, args []string) (*cluster.Cluster, error) {
	f := flag.NewFlagSet(name, flag.ContinueOnError)
	state := f.String("state", defaultState, "`folder` that the cluster was started from")
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	return cluster.Open(*state)
}

func clusterDown(ctx context.Context, args []string) error {
	c, err := started("cluster down", args)
	if err != nil {
		return err
	}
	return c.Down(ctx)
}

func clusterStatus(_ context.Context, args []string) error {
	c, err := started("cluster status", args)
	if err != nil {
		return err
	}
	all := true
	t := tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', 0)
	for _, s := range c.Status() {
		says := "runs"
		if !s.Alive {
			says, all = "ENDED", false
		}
		_, _ = fmt.Fprintf(t, "%s\t%d\t%s\t%s\n", s.Name, s.PID, says, s.Address) // Flush reports a failed write
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if !all {
		return errFailed
	}
	return nil
}

func clusterNode(ctx context.Context, args []string) error {
	if len(args) != 1 {
		return errors.New("name the configuration file of the node")
	}
	return cluster.Node(ctx, args[0])
}

func clusterCollector(ctx context.Context, args []string) error {
	f := flag.NewFlagSet("cluster collector", flag.ContinueOnError)
	listen := f.String("listen", "127.0.0.1:4318", "`address` to receive at")
	if err := f.Parse(args); err != nil {
		return err
	}
	if f.NArg() != 1 {
		return errors.New("name one folder for the traces")
	}
	return cluster.Collect(ctx, *listen, f.Arg(0))
}
