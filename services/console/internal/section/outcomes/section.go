// Package outcomes is what came of the departments' cases: papers that nobody had to
// bring, visits that were saved, days against the clock, appeals that were upheld. It shows
// counties in one fixed order and ranks nobody, and no figure of few persons.
package outcomes

import (
	"context"
	"embed"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/proto/contract"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
	"github.com/qiao-platform/qiao/services/console/internal/frame/chart"
	"github.com/qiao-platform/qiao/services/console/internal/part/desks"
)

//go:embed templates locales static
var files embed.FS

// handling is what an officer looks at his department's cases for.
var handling = frame.Purpose{Code: "case_handling", LegalBasis: "PIPL 8, 46"}

// Path is the page's address.
const Path = "/outcomes"

// years is for how many years the page can be asked.
const years = 5

type pages struct {
	caller      contract.Caller
	departments []desks.Desk
	clock       clock.Clock
}

// New returns the section. services are those that are shown, in this order.
func New(c contract.Caller, services []string, now clock.Clock) frame.Section {
	s := &pages{caller: c, departments: desks.Of(services), clock: now}
	var menu []frame.Link
	for _, d := range s.departments {
		if !slices.ContainsFunc(menu, func(l frame.Link) bool { return l.For == d.Officers }) {
			menu = append(menu, frame.Link{Name: "outcomes", Path: Path, Text: "nav.outcomes", For: d.Officers, Last: true})
		}
	}
	return frame.Section{Name: "outcomes", Files: files, Menu: menu, Pages: map[string]frame.Handler{"GET " + Path: s.outcomes}}
}

// card is all figures of one measure of a matter.
type card struct {
	Service, Measure, Matter string
	Whole                    *platformv1.Outcome
	Months                   []month
	Counties                 []county
}

// Key names the card on its page.
func (c card) Key() string { return c.Measure + "-" + c.Service + "-" + c.Matter }

// month is one bar: X, Y, W and H are where it stands in the drawing.
type month struct {
	Number     int
	Of         *platformv1.Outcome // nil: nothing in that month
	X, Y, W, H int
}

// county is one tile.
type county struct {
	Code string
	Of   *platformv1.Outcome // nil: nothing there
}

// The size of a drawing: twelve months side by side.
const (
	barRoom = 50
	barHigh = 80
)

type silent struct {
	Service string
	Err     error
}

type body struct {
	Year, Least int
	Years       []int
	Measures    []measure
	Failed      []silent
	Counting    bool
	None        bool
}

// measure is the cards of a measure, of all departments.
type measure struct {
	Name  string
	Cards []card
}

// measures are what is counted, in the order of the page.
var measures = []string{"papers", "cases", "appeals"}

// outcomes shows what came of the cases of a year.
func (s *pages) outcomes(v *frame.Visit) error {
	b := body{Year: clock.Today(s.clock).Year()}
	for i := range years {
		b.Years = append(b.Years, b.Year-i)
	}
	if asked, err := strconv.Atoi(v.Query("year")); err == nil && slices.Contains(b.Years, asked) {
		b.Year = asked
	}
	replies := s.ask(v, b.Year)
	if len(replies) == 0 {
		return v.Back("/")
	}
	for _, name := range measures {
		b.Measures = append(b.Measures, measure{Name: name})
	}
	b.None = true
	for _, r := range replies {
		if r.err != nil {
			b.Failed = append(b.Failed, silent{r.desk.Service, r.err})
			continue
		}
		b.Counting = b.Counting || r.reply.GetCounting()
		b.Least = max(b.Least, int(r.reply.GetPersonsMin()))
		covered := v.DivisionsOf(r.desk.Officers, v.P.CountyCodes())
		for i := range b.Measures {
			cards := cardsOf(r.desk.Service, b.Measures[i].Name, r.reply, covered)
			b.Measures[i].Cards = append(b.Measures[i].Cards, cards...)
			b.None = b.None && len(cards) == 0
		}
	}
	return v.Render(http.StatusOK, "outcomes", frame.Page{Title: "nav.outcomes", Nav: "outcomes", Body: b})
}

// answer is what one department answered.
type answer struct {
	desk  desks.Desk
	reply *platformv1.CountOutcomesResponse
	err   error
}

// ask asks each department of the officer's at once, one question each.
func (s *pages) ask(v *frame.Visit, year int) []answer {
	var all []answer
	var asks []context.Context
	for _, d := range s.departments {
		if v.WorksIn(d.Officers) {
			all, asks = append(all, answer{desk: d}), append(asks, v.AsOf(d.Officers, handling))
		}
	}
	var wg sync.WaitGroup
	for i := range all {
		wg.Go(func() {
			client := platformv1.OutcomesClient{Caller: s.caller, Target: all[i].desk.Service}
			all[i].reply, all[i].err = client.CountOutcomes(asks[i], &platformv1.CountOutcomesRequest{Year: int32(year)})
		})
	}
	wg.Wait()
	return all
}

// cardsOf brings the figures of a measure together, a card for each matter. Counties stand
// in the order of the divisions' codes, whatever their figures.
func cardsOf(service, measure string, reply *platformv1.CountOutcomesResponse, covered []string) (cards []card) {
	all := reply.GetOutcomes()
	find := func(matter string, is func(*platformv1.Outcome) bool) *platformv1.Outcome {
		for _, o := range all {
			if o.GetMeasure() == measure && o.GetMatter() == matter && is(o) {
				return o
			}
		}
		return nil
	}
	for _, whole := range all {
		if whole.GetMeasure() != measure || whole.GetCounty() != "" || whole.GetMonth() != "" {
			continue
		}
		c := card{Service: service, Measure: measure, Matter: whole.GetMatter(), Whole: whole}
		values := make([]int, 12)
		for i := range values {
			m := month{Number: i + 1, Of: find(c.Matter, func(o *platformv1.Outcome) bool { return strings.HasSuffix(o.GetMonth(), fmt.Sprintf("-%02d", i+1)) })}
			if m.Of != nil {
				values[i] = int(m.Of.GetCount())
			}
			c.Months = append(c.Months, m)
		}
		for i, share := range chart.Shares(values) {
			m := &c.Months[i]
			if m.H = share * barHigh / 1000; m.Of != nil && m.Of.GetFew() {
				m.H = barHigh / 10
			}
			m.X, m.Y, m.W = i*barRoom+8, barHigh-m.H, barRoom-16
		}
		for _, code := range covered {
			c.Counties = append(c.Counties, county{code, find(c.Matter, func(o *platformv1.Outcome) bool { return o.GetCounty() == code })})
		}
		cards = append(cards, c)
	}
	return cards
}
