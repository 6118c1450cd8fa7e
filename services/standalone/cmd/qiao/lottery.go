package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/qiao-platform/qiao/pkg/allocate"
)

// lottery verifies a published draw. It needs the bundle alone: no network, no
// database, no key.
func lottery(_ context.Context, args []string) error { return verifyLottery(args, os.Stdout) }

func verifyLottery(args []string, out io.Writer) (err error) {
	f := flag.NewFlagSet("lottery verify", flag.ContinueOnError)
	root := f.String("root", "", "the root, in `hex`, that was published before the figure was known")
	ticket := f.String("ticket", "", "your `ticket`: says what the bundle has of it")
	word := f.String("word", "", "your own `word`, with -nonce: says whether the ticket was drawn with it")
	nonce := f.String("nonce", "", "the `nonce` of your receipt")
	if len(args) == 0 || args[0] != "verify" {
		return errors.New("say what to do: qiao lottery verify [-root HEX] [-ticket TICKET [-word WORD -nonce NONCE]] FILE")
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
	v, changes, err := allocate.Inspect(bufio.NewReader(in))
	for i, c := range changes {
		if i == 0 {
			_, _ = fmt.Fprintln(out, "The file was changed on its way:")
		}
		_, _ = fmt.Fprintf(out, "  %s\n", c)
	}
	if err != nil {
		return fmt.Errorf("it does NOT hold: %w", err)
	}
	if len(changes) > 0 {
		_, _ = fmt.Fprint(out, "None of that touches what it says, which was verified.\n\n")
	}
	if given := strings.ToLower(strings.TrimSpace(*root)); given != "" && given != v.Root {
		return fmt.Errorf("it does NOT hold: its root is %s, and not the one that was published", v.Root)
	}
	printDraw(out, v)
	if *ticket != "" {
		if err := printTicket(out, v, strings.ToUpper(strings.TrimSpace(*ticket)), *word, *nonce); err != nil {
			return err
		}
	}
	if *root == "" {
		_, _ = fmt.Fprintln(out, "Compare the root with the one that was published before the figure was known (-root does it),")
	} else {
		_, _ = fmt.Fprintln(out, "The root is the one that was published before the figure was known. Compare")
	}
	_, _ = fmt.Fprintln(out, "the figure with the place where it was published, and your ticket's line with your receipt (-ticket does it).")
	return nil
}

func printDraw(out io.Writer, v *allocate.Verified) {
	_, _ = fmt.Fprintf(out, "It holds: list, seed, numbers and every result of every pass follow from each other.\n\n"+
		"round      %s (%s tie-breaking)\nentries    %d, placed %d of %d seats at %d posts\nroot       %s\nfigure     %s = %s, due %s\nwitnesses  %s, %s\nseed       %s\n",
		v.Round, v.Tie, v.Commitment.Entries, v.Placed, seats(v.List.Posts), len(v.List.Posts), v.Root, v.Figure, v.Value, v.Due, v.Witnesses[0], v.Witnesses[1], v.Seed)
	for _, a := range v.Ahead {
		n := 0
		for _, e := range v.List.Entries {
			if len(e.Wishes) > 0 && v.AheadBy(e.Wishes[0].Class) == a.Rule {
				n++
			}
		}
		_, _ = fmt.Fprintf(out, "ahead      %d of the entries stand before the rest by rule %s\n", n, a.Rule)
	}
	next := 2
	for _, g := range v.Passes {
		for ; next < g.N; next++ {
			_, _ = fmt.Fprintf(out, "pass %-5d is NOT in this file\n", next)
		}
		next++
		placed := 0
		for _, got := range g.Got {
			if got != allocate.None {
				placed++
			}
		}
		_, _ = fmt.Fprintf(out, "pass %-5d %s, %s: %d took part, placed %d of %d seats", g.N, g.On, g.Because, len(g.Takes), placed, seats(g.Posts))
		if g.First > 0 {
			_, _ = fmt.Fprintf(out, "; %d stood first by an upheld appeal", g.First)
		}
		_, _ = fmt.Fprintln(out)
	}
	for _, k := range v.Corrections {
		_, _ = fmt.Fprintf(out, "correction %d of %s, %s, signed %s, %s: %d were wronged; nobody lost a place\n", k.N, k.On, k.Because, k.Witnesses[0], k.Witnesses[1], len(k.Wronged))
		if k.Figure != v.Value {
			_, _ = fmt.Fprintf(out, "           the figure is %s\n", k.Figure)
		}
	}
	_, _ = fmt.Fprintln(out)
}

func seats(all []allocate.Seats) (n int) {
	for _, p := range all {
		n += p.Seats
	}
	return n
}

func printTicket(out io.Writer, v *allocate.Verified, ticket, word, nonce string) error {
	found, ok := v.Find(ticket)
	if !ok {
		return fmt.Errorf("your ticket %s is NOT in the committed list", ticket)
	}
	_, _ = fmt.Fprintf(out, "ticket     %s is in the committed list, number %s\n", ticket, strings.TrimSpace(found.Number+" "))
	if w := found.Entry.Wishes; len(w) > 0 && v.AheadBy(w[0].Class) != "" {
		_, _ = fmt.Fprintf(out, "           it stands before the rest by rule %s\n", v.AheadBy(w[0].Class))
	}
	for i, got := range found.Got {
		if got == "" {
			got = "no place"
		}
		_, _ = fmt.Fprintf(out, "           pass %d: %s\n", found.Passes[i], got)
	}
	for _, k := range v.Corrections {
		for _, w := range k.Wronged {
			if k.Entries[w.Entry].Ticket == ticket {
				_, _ = fmt.Fprintf(out, "           correction %d: should have had %s\n", k.N, w.Should)
			}
		}
	}
	switch {
	case word == "" && nonce == "":
	case found.Holds(word, strings.TrimSpace(nonce)):
		_, _ = fmt.Fprintln(out, "           it was drawn with your word")
	default:
		return errors.New("the ticket was NOT drawn with this word and nonce")
	}
	_, _ = fmt.Fprintln(out)
	return nil
}
