package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/qiao-platform/qiao/services/standalone/internal/bench"
)

func measure(ctx context.Context, args []string) (err error) {
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	part := f.String("part", "", "measure only this `part`: "+strings.Join(bench.Names(), ", "))
	asJSON := f.Bool("json", false, "print the figures as JSON at the end")
	workers := f.Int("workers", 100_000, "size of the registry for the figures on a large one")
	against := f.String("against", "", "another build of `qiao`, an older one, that imports the same sheet (part import)")
	people := []int{10_000, 100_000, 1_000_000}
	f.Func("people", "`sizes` of the registry that are held against each other, growing (parts scale and persons, which of one size measures a tenth before; default 10000,100000,1000000)", func(s string) error {
		people = nil
		for _, one := range strings.Split(s, ",") {
			n, err := strconv.Atoi(one)
			if err != nil || n < 1 {
				return fmt.Errorf("%q is no number of people", one)
			}
			people = append(people, n)
		}
		return nil
	})
	dir := f.String("dir", "", "`folder` for the measurements' data, emptied afterwards (default: a temporary one)")
	if err := f.Parse(args); err != nil {
		return err
	}
	tmp, err := os.MkdirTemp(*dir, "qiao-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(tmp)) }()
	if err := os.Chmod(tmp, 0o711); err != nil { // PostgreSQL's user must be able to pass through
		return err
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	cfg := bench.Config{Dir: tmp, Program: program, Workers: *workers, People: people, Against: *against, Log: os.Stdout}
	if *asJSON {
		cfg.Log = os.Stderr
	}
	results, err := bench.Run(ctx, cfg, *part)
	if *asJSON {
		e := json.NewEncoder(os.Stdout)
		e.SetIndent("", " ")
		e.SetEscapeHTML(false)
		err = errors.Join(err, e.Encode(results))
	}
	return err
}
