package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"

	"github.com/qiao-platform/qiao/pkg/allocate"
)

// lottery verifies a published draw. It needs the bundle alone: no network, no
// database, no key.
func lottery(_ context.Context, args []string) (err error) {
	f := flag.NewFlagSet("lottery verify", flag.ContinueOnError)
	root := f.String("root", "", "the root, in `hex`, that was published before the figure was known")
	if len(args) == 0 || args[0] != "verify" {
		return errors.New("say what to do: qiao lottery verify [-root HEX] FILE")
	}
	if err := f.Parse(args[1:]); err != nil {
		return err
	}
	if f.NArg() != 1 {
		return errors.New("name one bundle: qiao lottery verify [-root HEX] FILE")
	}
	in, err := os.Open(f.Arg(0))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	v, err := allocate.VerifyBundle(bufio.NewReader(in))
	if err != nil {
		return fmt.Errorf("it does NOT hold: %w", err)
	}
	if *root != "" && *root != v.Root {
		return fmt.Errorf("it does NOT hold: its root is %s, and not the one that was published", v.Root)
	}
	seats := 0
	for _, p := range v.List.Posts {
		seats += p.Seats
	}
	fmt.Printf("It holds: list, seed, numbers and every result follow from each other.\n\n"+
		"round      %s (%s tie-breaking)\nentries    %d, placed %d of %d seats at %d posts\nroot       %s\nfigure     %s = %s, due %s\nwitnesses  %s, %s\nseed       %s\n\n",
		v.Round, v.Tie, v.Commitment.Entries, v.Placed, seats, len(v.List.Posts), v.Root, v.Figure, v.Value, v.Due, v.Witnesses[0], v.Witnesses[1], v.Seed)
	if *root == "" {
		fmt.Println("Compare the root with the one that was published before the figure was known (-root does it),")
	} else {
		fmt.Println("The root is the one that was published before the figure was known. Compare")
	}
	fmt.Println("the figure with the place where it was published, and your ticket's line with your receipt.")
	return nil
}
