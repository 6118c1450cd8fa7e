// Package bench measures the platform against raw limits that it measures in
// the same run, and prints what it found, also where that misses.
package bench

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Result is one figure.
type Result struct {
	Part   string  `json:"part"`
	Name   string  `json:"name"`
	Value  float64 `json:"value"`
	Unit   string  `json:"unit"`
	Target string  `json:"target"` // "" for a raw limit that others are held against
	Met    bool    `json:"met"`
}

// Config says what to measure and where.
type Config struct {
	Dir     string // for data; emptied by the caller
	Program string // qiao itself, for what is measured on a process
	Workers int    // for the figures on a large registry
	People  []int  // the sizes of the registry that part scale holds against each other, growing
	Against string // another build of qiao, whose import this one's is held against; "" is none
	Log     io.Writer
}

// part is a named group of figures.
type part struct {
	name string
	run  func(context.Context, *bench) error
}

func parts() []part {
	return []part{{"core", core}, {"cluster", onCluster}, {"allocate", allocation}, {"import", importing}, {"scale", scaling}, {"persons", findingDoubles}, {"identity", identities}, {"pages", pages}}
}

// Names lists the parts.
func Names() (all []string) {
	for _, p := range parts() {
		all = append(all, p.name)
	}
	return all
}

// bench collects the figures of a part.
type bench struct {
	Config
	part    string
	results []Result
}

// Run measures one part, or all where name is empty. What could not be
// measured is an error; the figures found until then are returned with it.
func Run(ctx context.Context, cfg Config, name string) ([]Result, error) {
	if name != "" && !slices.Contains(Names(), name) {
		return nil, fmt.Errorf("no part %q; there are %v", name, Names())
	}
	var all []Result
	for _, p := range parts() {
		if name != "" && name != p.name {
			continue
		}
		b := &bench{Config: cfg, part: p.name}
		err := p.run(ctx, b)
		all = append(all, b.results...)
		if err != nil {
			return all, fmt.Errorf("part %s: %w", p.name, err)
		}
	}
	return all, nil
}

// core is the first set of figures.
func core(ctx context.Context, b *bench) error {
	for _, f := range []func(context.Context, *bench) error{commands, pipeline, rebuilding, attached, reactions, large} {
		if err := f(ctx, b); err != nil {
			return err
		}
	}
	return nil
}

// raw notes a limit that other figures are held against.
func (b *bench) raw(name string, value float64, unit string) { b.note(name, value, unit, "", true) }

// atLeast and atMost note a figure with its target.
func (b *bench) atLeast(name string, value float64, unit string, target float64) {
	b.note(name, value, unit, fmt.Sprintf("≥ %g", target), value >= target)
}

func (b *bench) atMost(name string, value float64, unit string, target float64) {
	b.note(name, value, unit, fmt.Sprintf("≤ %g", target), value <= target)
}

func (b *bench) note(name string, value float64, unit, target string, met bool) {
	b.results = append(b.results, Result{b.part, name, value, unit, target, met})
	mark := ""
	if target != "" {
		mark = "  target " + target + map[bool]string{true: "  met", false: "  MISSED"}[met]
	}
	_, _ = fmt.Fprintf(b.Log, "%-62s %12.2f %-8s%s\n", name, value, unit, mark)
}

// dir makes a fresh folder for one measurement.
func (b *bench) dir(name string) (string, error) {
	d := filepath.Join(b.Dir, name)
	if err := os.RemoveAll(d); err != nil {
		return "", err
	}
	return d, os.MkdirAll(d, 0o700)
}

// quantile returns the q-quantile of durations in milliseconds.
func quantile(all []time.Duration, q float64) float64 {
	slices.Sort(all)
	if len(all) == 0 {
		return 0
	}
	return float64(all[min(len(all)-1, int(q*float64(len(all))))].Microseconds()) / 1000
}
