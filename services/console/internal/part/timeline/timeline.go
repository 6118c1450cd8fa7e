// Package timeline writes the steps of a worker's timeline in words, for the
// part "step" of the frame.
package timeline

import (
	"maps"
	"slices"

	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame/words"
)

// Page is how many steps a page shows; the next begins before its last.
const Page = 60

// Day is the steps of one civil date.
type Day struct {
	Date  string
	Steps []Step
}

// Step is one entry of the timeline in words.
type Step struct {
	*registryv1.TimelineEntry
	Facts, IDs []words.Fact
	Traced     bool // the trace behind it opens for who sees the step
}

// Days groups steps by civil date, in the order they come. traced says that the traces
// behind them open for who sees them.
func Days(p *words.Printer, entries []*registryv1.TimelineEntry, traced bool) (all []Day) {
	for _, e := range entries {
		date := p.Day(e.GetOccurredAt())
		if len(all) == 0 || all[len(all)-1].Date != date {
			all = append(all, Day{Date: date})
		}
		d := &all[len(all)-1]
		s := Step{TimelineEntry: e, Traced: traced}
		for _, f := range Facts(p, e.GetFacts()) {
			if f.ID {
				s.IDs = append(s.IDs, f)
			} else {
				s.Facts = append(s.Facts, f)
			}
		}
		d.Steps = append(d.Steps, s)
	}
	return all
}

// Facts writes the facts of an entry or a message that say something, by their names.
func Facts(p *words.Printer, facts map[string]string) (all []words.Fact) {
	for _, name := range slices.Sorted(maps.Keys(facts)) {
		if facts[name] != "" && name != "about_kind" { // which is for departments; people read what the message says
			all = append(all, p.Fact(name, facts[name]))
		}
	}
	return all
}
