package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"os"
	"strings"

	"github.com/qiao-platform/qiao/services/console"
	"github.com/qiao-platform/qiao/services/standalone/internal/assess"
)

// assessment drafts the impact assessment of personal data, as the program stands.
func assessment(_ context.Context, args []string) (err error) {
	f := flag.NewFlagSet("assess", flag.ContinueOnError)
	language := f.String("lang", assess.Languages()[0], "language of the draft: "+strings.Join(assess.Languages(), " or "))
	if err := f.Parse(args); err != nil {
		return err
	}
	words, err := console.Speak(*language)
	if err != nil {
		return err
	}
	held, err := assess.Held()
	if err != nil {
		return err
	}
	out := bufio.NewWriter(os.Stdout)
	defer func() { err = errors.Join(err, out.Flush()) }()
	return assess.Draft(out, *language, held, words)
}
