package domain

import (
	"cmp"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/qiao-platform/qiao/pkg/allocate"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/rule"
)

// unprintable reports a sign that a published bundle may not hold.
func unprintable(r rune) bool { return !unicode.IsPrint(r) }

func cmpText(a, b string) int { return strings.Compare(a, b) }

// RoundState is where a round stands.
type RoundState string

// The states of a round.
const (
	RoundIsCommitted  RoundState = "committed"  // the list is fixed; the figure that decides ties is not known yet
	RoundIsConfirming RoundState = "confirming" // one officer entered the figure
	RoundIsDrawn      RoundState = "drawn"      // the order is final; homes are offered
	RoundIsClosed     RoundState = "closed"
)

// Round hands out homes of a county and kind from the top of a list. The order
// is fixed when it opens; where points and day tie, a draw decides, whose list
// is committed before the figure that decides it exists.
type Round struct {
	ID          string
	County      string
	Kind        Kind
	State       RoundState
	HomeIDs     []string
	Total       int // those who waited
	FigureName  string
	FigureDue   clock.Date
	Figure      string // as an officer entered it
	First       string // the officer who entered it
	Bundle      string // what the draw is checked with; names nobody
	Root        string // the commitment, hex; "" where nothing ties
	Seed        string
	OpenedOn    clock.Date
	PublicUntil clock.Date // the last day on which the list is public
	ClosedOn    clock.Date
	Why         string // the code of why it was cancelled
	Pass        int    // how often homes were offered, the draw included
	Version     int64
}

// RoundEntry is one application of a round.
type RoundEntry struct {
	RoundID       string
	ApplicationID string
	Worker        string
	Points        int
	Class         int    // the rank by rule, points and day; equals share it
	AheadBy       string // the rule by which it stands ahead of those without one
	Ticket        string // known to the applicant, names nobody
	Word          string // the applicant's for this draw, hex; "" for none
	Number        uint64 // of the draw; 0 before it and where nothing ties
	Position      int    // final once the round is drawn
	OfferID       string // the offer that came of it, "" while there is none
	Reasons       []rule.Trace
}

// OpenRound fixes the list for homes that are free and of the round's kind.
func OpenRound(r Round, homes []Home, ranked []Standing, ticket func() string) (Round, []RoundEntry, error) {
	if !r.Kind.Listed() {
		return r, nil, ErrRoundKind
	}
	r, err := r.with(homes, nil)
	if err != nil {
		return r, nil, err
	}
	if len(ranked) == 0 {
		return r, nil, ErrRoundEmpty
	}
	entries := make([]RoundEntry, len(ranked))
	tied := false
	for i, st := range ranked {
		e := RoundEntry{RoundID: r.ID, ApplicationID: st.Candidate.Application.ID, Worker: st.Candidate.Application.Worker, Points: st.Place.Points, AheadBy: st.AheadBy, Ticket: ticket(), Word: st.Candidate.Application.Word, Position: i + 1}
		if i > 0 {
			before := ranked[i-1]
			e.Class = entries[i-1].Class
			if !equal(before, st) {
				e.Class++
			} else {
				tied = true
			}
		}
		entries[i] = e
	}
	r.Total, r.State = len(entries), RoundIsDrawn
	if !tied {
		r.FigureName, r.FigureDue = "", clock.Date{}
		return r, entries, nil
	}
	r.FigureName = strings.TrimSpace(r.FigureName)
	if r.FigureName == "" || !fits(r.FigureName, longestText) || strings.ContainsFunc(r.FigureName, unprintable) || !allocate.Announced(r.FigureName) || !r.FigureDue.After(r.OpenedOn) {
		return r, nil, ErrRoundFigure // only a figure that does not exist yet can decide
	}
	r.State = RoundIsCommitted
	c, err := r.List(entries).Commit()
	if err != nil {
		return r, nil, err
	}
	r.Root = c.Root
	return r, entries, nil
}

// with checks the homes of a round; held are those of them that it offered.
func (r Round) with(homes []Home, held []string) (Round, error) {
	if len(homes) == 0 {
		return r, ErrRoundHomes
	}
	r.HomeIDs = nil
	for _, h := range homes {
		switch {
		case slices.Contains(r.HomeIDs, h.ID):
			return r, ErrRoundHomeTwice
		case h.County != r.County || h.Kind != r.Kind:
			return r, ErrHomeMismatch
		case h.State != HomeFree && !slices.Contains(held, h.ID):
			return r, ErrHomeTaken
		}
		r.HomeIDs = append(r.HomeIDs, h.ID)
	}
	for _, id := range held {
		if !slices.Contains(r.HomeIDs, id) {
			return r, ErrRoundBelow
		}
	}
	return r, nil
}

// Change puts other homes into an open round. A home that it offered already
// stays in it. Until the draw, the number of homes is part of what was
// committed, so nothing is changed between commitment and draw.
func (r Round) Change(homes []Home, held []string) (Round, error) {
	switch r.State {
	case RoundIsClosed:
		return r, ErrRoundClosed
	case RoundIsDrawn:
		return r.with(homes, held)
	}
	return r, ErrRoundState.With("state", string(r.State))
}

// List is the round as the draw sees it: one post, and classes by points and
// day, within which the numbers decide.
func (r Round) List(entries []RoundEntry) *allocate.List {
	l := &allocate.List{Round: r.ID, Tie: allocate.SingleTie, Figure: r.FigureName, Due: r.FigureDue, Ahead: aheads(entries), Posts: []allocate.Seats{{ID: string(r.Kind), Seats: len(r.HomeIDs)}}}
	for _, e := range entries {
		var word allocate.Word
		if b, err := hex.DecodeString(e.Word); err == nil {
			copy(word[:], b)
		}
		l.Entries = append(l.Entries, allocate.Entry{Ticket: e.Ticket, Word: word, Wishes: []allocate.Wish{{Post: 0, Class: e.Class}}})
	}
	l.Sort()
	return l
}

// Prove gives the proof that a ticket is in the committed list, until the draw
// is made; afterwards the published bundle shows it.
func (r Round) Prove(entries []RoundEntry, ticket string) ([]string, error) {
	if r.State != RoundIsCommitted && r.State != RoundIsConfirming {
		return nil, nil
	}
	list := r.List(entries)
	return list.Prove(slices.IndexFunc(list.Entries, func(e allocate.Entry) bool { return e.Ticket == ticket }))
}

// Confirm takes the figure that an officer enters. The second officer draws by
// confirming what the first entered; the first may mend a slip.
func (r Round) Confirm(figure, officer string, today clock.Date) (Round, error) {
	figure = strings.TrimSpace(figure)
	switch {
	case r.State == RoundIsClosed:
		return r, ErrRoundClosed
	case r.State == RoundIsDrawn:
		return r, ErrRoundDrawn
	case figure == "" || !fits(figure, longestText) || strings.ContainsFunc(figure, unprintable):
		return r, ErrFigure
	case today.Before(r.FigureDue):
		return r, ErrFigureEarly
	case r.State == RoundIsConfirming && ident.SameStaff(officer, r.First) && figure == r.Figure:
		return r, ErrFigureOfficer
	case r.State == RoundIsConfirming && !ident.SameStaff(officer, r.First) && figure != r.Figure:
		return r, ErrFigureDiffers
	case r.State == RoundIsConfirming && !ident.SameStaff(officer, r.First):
		r.State = RoundIsDrawn
		return r, nil
	}
	r.State, r.Figure, r.First = RoundIsConfirming, figure, officer
	return r, nil
}

// Draw draws with the figure that two officers confirmed, and puts the entries
// into their final order, by class and then by number. It fills the round's seed
// and bundle.
func (r Round) Draw(entries []RoundEntry, second string) (Round, []RoundEntry, error) {
	list := r.List(entries)
	drawn, err := list.Draw(allocate.Commitment{Root: r.Root, Entries: len(entries)}, r.Figure, [2]string{r.First, second})
	if err != nil {
		return r, nil, err
	}
	number := make(map[string]uint64, len(entries))
	for i, e := range list.Entries {
		number[e.Ticket] = drawn.Numbers[i]
	}
	for i := range entries {
		entries[i].Number = number[entries[i].Ticket]
	}
	slices.SortFunc(entries, func(a, b RoundEntry) int {
		return cmp.Or(cmp.Compare(a.Class, b.Class), cmp.Compare(a.Number, b.Number), cmpText(a.Ticket, b.Ticket))
	})
	for i := range entries {
		entries[i].Position = i + 1
	}
	var bundle strings.Builder
	if err := drawn.WriteBundle(&bundle); err != nil {
		return r, nil, err
	}
	r.Seed, r.Bundle, r.Pass = drawn.Seed, bundle.String(), 1
	return r, entries, nil
}

// Publish adds an offering to what is published: who was next is recomputed like
// the draw. free is how many homes there were, takes who waited in their order,
// offered who got one.
func (r Round) Publish(free int, takes, offered []RoundEntry, on clock.Date) (Round, error) {
	if r.Bundle == "" { // nothing tied, and the public list says it all
		return r, nil
	}
	v, err := allocate.VerifyBundle(strings.NewReader(r.Bundle))
	if err != nil {
		return r, ErrRoundTampered.Because(err)
	}
	p := allocate.Pass{N: r.Pass + 1, On: on, Because: "offered", Posts: []allocate.Seats{{ID: string(r.Kind), Seats: free}}}
	for _, e := range takes {
		p.Takes = append(p.Takes, allocate.Taking{Ticket: e.Ticket, Wishes: []allocate.Wish{{Post: 0, Class: e.Class}}})
	}
	slices.SortFunc(p.Takes, func(a, b allocate.Taking) int { return cmp.Compare(a.Ticket, b.Ticket) })
	g, err := p.Run(v.List, r.Seed, v.Corrections...)
	if err != nil {
		return r, ErrRoundTampered.Because(err)
	}
	for i, t := range g.Takes {
		if got := slices.ContainsFunc(offered, func(e RoundEntry) bool { return e.Ticket == t.Ticket }); got != (g.Got[i] != allocate.None) {
			return r, ErrRoundTampered
		}
	}
	r.Bundle += string(g.Append([]byte(r.Bundle), v.Root))
	r.Pass++
	return r, nil
}

// MayOffer reports whether homes can be offered now.
func (r Round) MayOffer() error {
	switch r.State {
	case RoundIsClosed:
		return ErrRoundClosed
	case RoundIsDrawn:
		return nil
	}
	return ErrRoundState.With("state", string(r.State))
}

// Close ends the round.
func (r Round) Close(today clock.Date) (Round, []Event, error) {
	if r.State == RoundIsClosed {
		return r, nil, ErrRoundClosed
	}
	r.State, r.ClosedOn = RoundIsClosed, today
	return r, []Event{RoundClosed{RoundID: r.ID}}, nil
}

// Fitting picks, of the homes that are left, the smallest that has the area
// which the rule counts for the household, else the largest.
func Fitting(homes []Home, members, m2PerPerson int) int {
	best := 0
	need := members * m2PerPerson * 100
	for i, h := range homes {
		b := homes[best]
		switch {
		case h.AreaDM2 >= need && (b.AreaDM2 < need || h.AreaDM2 < b.AreaDM2),
			h.AreaDM2 < need && b.AreaDM2 < need && h.AreaDM2 > b.AreaDM2:
			best = i
		}
	}
	return best
}

// Passed explains to an entry that nothing was offered to it: the homes that
// there were, the last one who got an offer, and what would change it.
func (s Scoring) Passed(r Round, e RoundEntry, last RoundEntry, st Standing, today clock.Date) (rule.Trace, error) {
	t, err := s.Explain(st, today)
	if err != nil {
		return t, err
	}
	on := today.String()
	t.Outcome = rule.NotMet
	t.Facts = append(t.Facts,
		rule.Fact{Name: "round_position", Value: strconv.Itoa(e.Position), From: "housing", AsOf: on},
		rule.Fact{Name: "round_homes", Value: strconv.Itoa(len(r.HomeIDs)), From: "housing", AsOf: on},
		rule.Fact{Name: "last_points", Value: strconv.Itoa(last.Points), From: "housing", AsOf: on})
	if e.AheadBy != last.AheadBy { // no points bring anybody past those whom a rule puts ahead
		t.Gaps = nil
		t.Facts = append(t.Facts, rule.Fact{Name: "ahead_by", Value: cmp.Or(last.AheadBy, "no"), From: "housing", AsOf: on})
		t.Changes = append([]rule.Change{{Code: ChangeStayRound}}, s.changes(st, today)...)
		return t, nil
	}
	need := last.Points + 1 // equal points leave it to the day or to the draw; one more decides
	t.Gaps = []rule.Gap{{Name: "points", Have: strconv.Itoa(e.Points), Need: strconv.Itoa(need), Short: strconv.Itoa(max(0, need-e.Points)), Unit: "point"}}
	if e.Class == last.Class && r.Root != "" {
		t.Facts = append(t.Facts, rule.Fact{Name: "decided_by_draw", Value: "yes", From: "housing", AsOf: on, Proof: r.Root})
	}
	t.Changes = append([]rule.Change{{Code: ChangeStayRound}}, s.changes(st, today)...)
	return t, nil
}

// PublicOn reports whether the list is public on a day.
func (r Round) PublicOn(day clock.Date) bool { return !day.After(r.PublicUntil) }
