package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/qiao-platform/qiao/pkg/crypt"
	"github.com/qiao-platform/qiao/services/standalone/internal/keys"
)

func makeKeys(_ context.Context, args []string) error {
	f := flag.NewFlagSet("keys", flag.ContinueOnError)
	postgres := f.String("postgres", "postgres:5432", "`address` of the PostgreSQL server")
	nodes := f.String("nodes", "nats-1:6222,nats-2:6222,nats-3:6222", "`addresses` at which the nodes of the bus find each other")
	partitions := f.Int("partitions", 1, "channels of every service; as in the services' configuration")
	demo := f.Bool("demo", false, "for a demonstration: someone may sign for invented people")
	data := f.String("data", "", "`folder` of the data that belongs to the secrets (default: data beside DIR)")
	var anew names
	f.Var(&anew, "anew", anewFlag)
	if err := f.Parse(args); err != nil {
		return err
	}
	if f.NArg() != 1 {
		return errors.New("name one folder for the secrets: qiao keys DIR")
	}
	if *data == "" {
		*data = filepath.Join(filepath.Dir(filepath.Clean(f.Arg(0))), "data")
	}
	err := keys.Write(f.Arg(0), keys.Platform{Postgres: *postgres, Nodes: strings.Split(*nodes, ","), Partitions: *partitions, Demo: *demo, Anew: anew, Notice: notice,
		Data: []string{filepath.Join(*data, "postgres", "pgdata"), filepath.Join(*data, "nats-*", "jetstream")}})
	if err != nil {
		return err
	}
	master, err := crypt.LoadMaster(filepath.Join(f.Arg(0), "master.key"))
	if err == nil {
		fmt.Printf("The secrets are in %s. The master key's fingerprint is %s.\nCopy them to another safe place, never with the data: without master.key no name can be read.\n", f.Arg(0), master.Fingerprint())
	}
	return err
}

const anewFlag = "make the `key` anew, such as registry.key, where it was stolen, or lost without a copy; may stand several times"

// names is a flag that may stand several times.
type names []string

func (n *names) String() string { return strings.Join(*n, ",") }

// Set adds one.
func (n *names) Set(one string) error {
	*n = append(*n, one)
	return nil
}

// notice tells the operator beside what the command says.
func notice(text string) { fmt.Fprintln(os.Stderr, "qiao: "+text) }
