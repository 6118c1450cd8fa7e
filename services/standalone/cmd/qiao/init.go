package main

import (
	"context"
	"flag"
	"fmt"
	"os"

	"github.com/qiao-platform/qiao/services/standalone"
)

// begin makes a new platform. Nothing else does, a demonstration apart: a wrong
// folder or a lost key is never answered with an empty register.
func begin(ctx context.Context, args []string) error {
	f := flag.NewFlagSet("init", flag.ContinueOnError)
	data := f.String("data", "qiao-data", "data `folder` to make; missing or empty")
	key := f.String("key-file", "", "master key `file`, outside the data folder (default: beside the folder, its name with .key)")
	if err := f.Parse(args); err != nil {
		return err
	}
	if f.NArg() > 0 {
		return fmt.Errorf("init takes no %q", f.Arg(0))
	}
	made, at, err := standalone.Init(ctx, standalone.Config{Dir: *data, KeyFile: *key, Purpose: standalone.PurposeReal, LogTo: os.Stderr, Level: "warn"})
	if err != nil {
		return err
	}
	fmt.Printf("A new platform for real people is in   %s\n", made.Dir)
	fmt.Printf("Its master key is                      %s\n", at)
	fmt.Printf("with the fingerprint                   %s\n", made.Fingerprint)
	fmt.Println("Without that file no name can be read. Copy it now to another safe place, never with the data, and write the fingerprint down.")
	fmt.Printf("Go on with: qiao import -data %s SHEETS, and qiao serve -data %s. To copy it all: qiao backup.\n", *data, *data)
	return nil
}
