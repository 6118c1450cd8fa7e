package domain

import (
	"bytes"
	"cmp"
	"errors"
	"slices"

	"github.com/qiao-platform/qiao/pkg/allocate"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/rule"
)

// Drawn is what a pass gave.
type Drawn struct {
	Round   Round
	Entries []Entry // those that took part, with outcome and reasons
	Bundle  []byte  // of the first pass: what is published
	Placed  int
	Events  []Event
	Again   Again // of a later pass: what went into it
}

// Again is a later pass as it is published: seats by school, and who waits by
// ticket, with the wishes that are left.
type Again struct {
	Posts []allocate.Seats
	Takes []allocate.Taking
	gave  *allocate.Outcome
}

// Published is the pass as it is added to the bundle.
func (a Again) Published(n int, on clock.Date) allocate.Pass {
	return allocate.Pass{N: n, On: on, Because: "second_pass", Posts: a.Posts, Takes: a.Takes}
}

// Gave reports whether the pass gave the same.
func (a Again) Gave(o *allocate.Outcome) bool { return slices.Equal(a.gave.Got, o.Got) }

// Draw gives the places by the committed list and the figure that two officers
// read. It returns ErrRoundTampered where the list is not what was committed.
func (r Round) Draw(schools []Seated, entries []Entry, who string, x Explaining, today clock.Date) (Drawn, error) {
	d, err := r.List(schools, entries).Draw(allocate.Commitment{Root: r.Root, Entries: r.Entries}, r.Figure, [2]string{r.TypedBy, who})
	if errors.Is(err, allocate.ErrCommitted) {
		return Drawn{}, ErrRoundTampered.Because(err)
	}
	if err != nil {
		return Drawn{}, err
	}
	var bundle bytes.Buffer
	if err := d.WriteBundle(&bundle); err != nil {
		return Drawn{}, err
	}
	r.State, r.Seed, r.ConfirmedBy, r.Pass = RoundIsDrawn, d.Seed, who, 1
	numbers, err := r.numbers(entries)
	if err != nil {
		return Drawn{}, err
	}
	out, err := r.decide(pass{schools: schools, all: entries, entries: entries, numbers: numbers, outcome: d.Outcome}, x, today)
	out.Bundle = bundle.Bytes()
	return out, err
}

// DrawAgain gives what is left or was freed to those who wait, by the same
// lottery numbers. all is every entry of the round; waits says which of them wait
// for a place, and declined which schools each of these does not want any more.
func (r Round) DrawAgain(schools []Seated, all []Entry, waits map[string]bool, declined map[string][]string, x Explaining, today clock.Date) (Drawn, error) {
	if r.State != RoundIsDrawn {
		return Drawn{}, ErrRoundState.With("state", string(r.State))
	}
	round := allocate.Round{}
	again := Again{}
	post := map[string]int{}
	for i, s := range schools {
		post[s.School.ID] = i
		seats, reserved := s.Left()
		p := allocate.Post{Seats: seats}
		if reserved > 0 {
			p.Reserved = map[int]int{Newcomers: reserved}
		}
		round.Posts = append(round.Posts, p)
		again.Posts = append(again.Posts, allocate.Seats{ID: s.School.ID, Seats: p.Seats, Reserved: p.Reserved})
	}
	numbers, err := r.numbers(all)
	if err != nil {
		return Drawn{}, err
	}
	ps := pass{schools: schools, all: all, numbers: numbers}
	for _, e := range all {
		if !waits[e.ApplicationID] {
			continue
		}
		a := allocate.Applicant{Group: e.group()}
		var kept []int
		taking := allocate.Taking{Ticket: e.Ticket}
		for i, w := range e.Wishes {
			if !slices.Contains(declined[e.ApplicationID], w.SchoolID) {
				a.Choices = append(a.Choices, allocate.Choice{Post: post[w.SchoolID], Class: e.class(w), Number: numbers[e.ApplicationID][i]})
				taking.Wishes = append(taking.Wishes, allocate.Wish{Post: post[w.SchoolID], Class: e.class(w)})
				kept = append(kept, i)
			}
		}
		again.Takes = append(again.Takes, taking)
		round.Applicants, ps.entries, ps.kept = append(round.Applicants, a), append(ps.entries, e), append(ps.kept, kept)
	}
	if ps.outcome, err = round.Run(); err != nil {
		return Drawn{}, err
	}
	r.Pass++
	out, err := r.decide(ps, x, today)
	again.gave = ps.outcome
	out.Again = again
	return out, err
}

// class is an entry's class at a school: before all others where an upheld
// appeal says so.
func (e Entry) class(w Wish) int {
	if e.FirstAt == w.SchoolID {
		return 0
	}
	return w.Class
}

// numbers are the lottery numbers of entries, by application, one for each wish;
// a lower one comes first.
func (r Round) numbers(entries []Entry) (map[string][]uint64, error) {
	all := make(map[string][]uint64, len(entries))
	for _, e := range entries {
		for _, w := range e.Wishes {
			post := ""
			if r.Tie == allocate.MultipleTie {
				post = w.SchoolID
			}
			n, err := allocate.Number(r.Seed, e.Ticket, post)
			if err != nil {
				return nil, err
			}
			all[e.ApplicationID] = append(all[e.ApplicationID], n)
		}
	}
	return all, nil
}

// pass is one giving of places.
type pass struct {
	schools []Seated
	all     []Entry // of the round: the order at a school is that of all who named it
	entries []Entry // who take part
	numbers map[string][]uint64
	kept    [][]int // which of its wishes each still has; nil: all
	outcome *allocate.Outcome
}

func (p pass) wish(i, choice int) int {
	if p.kept == nil {
		return choice
	}
	return p.kept[i][choice]
}

// rank is a place in the order at a school.
type rank struct {
	class  int
	number uint64
}

func (a rank) compare(b rank) int {
	return cmp.Or(cmp.Compare(a.class, b.class), cmp.Compare(a.number, b.number))
}

// orders sorts, for each school, all who named it.
func (p pass) orders() map[string][]rank {
	all := map[string][]rank{}
	for _, e := range p.all {
		for i, w := range e.Wishes {
			all[w.SchoolID] = append(all[w.SchoolID], rank{e.class(w), p.numbers[e.ApplicationID][i]})
		}
	}
	for _, o := range all {
		slices.SortFunc(o, rank.compare)
	}
	return all
}

func position(order []rank, at rank) int {
	i, _ := slices.BinarySearchFunc(order, at, rank.compare)
	return i + 1
}

// decide writes outcome and reasons of a pass on its entries.
func (r Round) decide(p pass, x Explaining, today clock.Date) (Drawn, error) {
	out := Drawn{Round: r}
	orders := p.orders()
	seats := map[string]int{}
	for _, s := range p.schools {
		seats[s.School.ID] = s.Seats
	}
	order, err := x.Order.Strings("order")
	if err != nil {
		return out, err
	}
	for i, e := range p.entries {
		e.Wishes, e.Pass, e.Outcome, e.Choice, e.ReviewBy = slices.Clone(e.Wishes), r.Pass, EntryUnplaced, 0, x.ReviewBy
		for j := range e.Wishes {
			w := &e.Wishes[j]
			w.Position, w.Named, w.Seats = position(orders[w.SchoolID], rank{e.class(*w), p.numbers[e.ApplicationID][j]}), len(orders[w.SchoolID]), seats[w.SchoolID]
		}
		var traces []rule.Trace
		for c, why := range p.outcome.Why(i) {
			w := &e.Wishes[p.wish(i, c)]
			if before, ok := whyBefore(e.Reasons, w.SchoolID); ok && why.NoSeat && r.Pass > 1 {
				traces = append(traces, x.still(before)) // the draw decided there, and nothing was freed since
				continue
			}
			w.Last = 0
			if !why.NoSeat {
				w.Last = position(orders[w.SchoolID], rank{why.Last.Class, why.Last.Number})
			}
			t, err := x.missed(p.wish(i, c)+1, *w, why, order, today)
			if err != nil {
				return out, err
			}
			traces = append(traces, t)
		}
		if got := p.outcome.Got[i]; got != allocate.None {
			j := p.wish(i, got)
			e.Outcome, e.Choice = EntryPlaced, j+1
			out.Placed++
			t, err := x.got(e.Choice, e.Wishes[j], today)
			if err != nil {
				return out, err
			}
			traces = append(traces, t)
		}
		if len(traces) > 0 { // who waits with no school left on the list keeps the reasons of before
			e.Reasons = traces
		}
		if e.Outcome == EntryUnplaced {
			if t, ok, err := x.compulsory(r.Stage, today); err != nil {
				return out, err
			} else if ok && !slices.ContainsFunc(e.Reasons, func(o rule.Trace) bool { return o.RuleID == t.RuleID }) {
				e.Reasons = append(e.Reasons, t)
			}
		}
		out.Entries = append(out.Entries, e)
	}
	out.Events = []Event{RoundDrawn{RoundID: r.ID, Pass: r.Pass, Placed: out.Placed, Unplaced: len(out.Entries) - out.Placed}}
	return out, nil
}

// Decided is the event of an entry's outcome.
func (e Entry) Decided() []Event {
	return []Event{OutcomeDecided{RoundID: e.RoundID, ApplicationID: e.ApplicationID, Outcome: string(e.Outcome), Choice: e.Choice, Pass: e.Pass}}
}
