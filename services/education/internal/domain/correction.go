package domain

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/qiao-platform/qiao/pkg/allocate"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/rule"
)

// The states of a correction.
const (
	CorrectionIsProposed = "proposed"
	CorrectionIsTaken    = "taken"
	CorrectionIsDropped  = "dropped"
)

// What who was wronged gets.
const (
	ReliefSeat = "seat" // a place beyond the capacity is offered
	ReliefTask = "task" // the bureau finds one by a day
)

// faults is what can be wrong with a draw.
func faults() []string { return []string{"class", "entry", "seats", "figure", "procedure"} }

// Mends is what of a draw was wrong, as it should have been.
type Mends struct {
	Seats   []SeatsMend `json:"seats,omitempty"`
	Classes []ClassMend `json:"classes,omitempty"`
	Added   []EntryMend `json:"added,omitempty"`
	LeftOut []string    `json:"left_out,omitempty"` // applications
}

// SeatsMend is a school's seats as they should have been.
type SeatsMend struct {
	SchoolID string `json:"school_id"`
	Seats    int    `json:"seats"`
	Reserved int    `json:"reserved"`
}

// ClassMend is a priority at a school as it should have been.
type ClassMend struct {
	ApplicationID string `json:"application_id"`
	SchoolID      string `json:"school_id"`
	Class         int    `json:"class"`
}

// EntryMend is an entry that was forgotten. Its classes are worked out when the
// correction is proposed.
type EntryMend struct {
	ApplicationID string `json:"application_id"`
	Newcomer      bool   `json:"newcomer"`
	Wishes        []Wish `json:"wishes"`
}

// Correction is a draw as it should have been, proposed by one officer and taken
// by another. It takes no place from anybody: who gained by the fault keeps what
// was offered, and who was wronged gets a place more.
type Correction struct {
	ID         string
	RoundID    string
	County     string
	Number     int
	Why        string
	State      string
	Relief     string
	Figure     string // that counts
	Mends      Mends
	Wronged    int
	ProposedBy string
	DecidedBy  string
	ProposedAt time.Time
	DecidedAt  time.Time
	Version    int64
}

// ProposeCorrection checks a correction of a round that has results.
func ProposeCorrection(c Correction, r Round, drawn *allocate.Published, now time.Time) (Correction, []Event, error) {
	c.Figure = strings.TrimSpace(c.Figure)
	switch {
	case r.State != RoundIsDrawn && r.State != RoundIsEnded || r.Pass == 0:
		return c, nil, ErrCorrectionEarly
	case !slices.Contains(faults(), c.Why), c.Relief != ReliefSeat && c.Relief != ReliefTask:
		return c, nil, ErrCorrectionReason
	case c.Figure != "" && !line(c.Figure, longestFigure):
		return c, nil, ErrFigure
	case (c.Figure == "" || c.Figure == drawn.Value) && len(c.Mends.Seats)+len(c.Mends.Classes)+len(c.Mends.Added)+len(c.Mends.LeftOut) == 0:
		return c, nil, ErrCorrectionNothing
	}
	c.Figure = cmp.Or(c.Figure, drawn.Value)
	c.RoundID, c.County, c.State, c.ProposedAt = r.ID, r.County, CorrectionIsProposed, now
	return c, []Event{CorrectionProposed{CorrectionID: c.ID, RoundID: r.ID, ReasonCode: c.Why}}, nil
}

// MayDecide returns nil where a correction waits for a decision; another officer
// than the one who proposed it takes it.
func (c Correction) MayDecide(outcome, who string) error {
	switch {
	case c.State != CorrectionIsProposed:
		return ErrCorrectionState
	case outcome != CorrectionIsTaken && outcome != CorrectionIsDropped:
		return ErrCorrectionReason
	case outcome == CorrectionIsTaken && ident.SameStaff(c.ProposedBy, who):
		return ErrCorrectionSame
	}
	return nil
}

// Dropped drops a proposed correction.
func (c Correction) Dropped(who string, now time.Time) (Correction, []Event) {
	c.State, c.DecidedBy, c.DecidedAt = CorrectionIsDropped, who, now
	return c, []Event{CorrectionDropped{CorrectionID: c.ID, RoundID: c.RoundID}}
}

// Taken records that a corrected draw was published.
func (c Correction) Taken(who string, wronged int, now time.Time) (Correction, []Event) {
	c.State, c.DecidedBy, c.DecidedAt, c.Wronged = CorrectionIsTaken, who, now, wronged
	return c, []Event{RoundCorrected{RoundID: c.RoundID, CorrectionID: c.ID, ReasonCode: c.Why, Wronged: wronged}}
}

// Mend makes of what was drawn the draw as it should have been. tickets gives
// the ticket of an application of the round.
func (c Correction) Mend(drawn *allocate.Published, tickets map[string]string, second string, on clock.Date) (allocate.Correction, error) {
	k := allocate.Correction{N: c.Number, On: on, Because: c.Why, Figure: c.Figure, Witnesses: [2]string{c.ProposedBy, second}, Posts: slices.Clone(drawn.Posts)}
	for _, m := range c.Mends.Seats {
		i := slices.IndexFunc(k.Posts, func(p allocate.Seats) bool { return p.ID == m.SchoolID })
		if i < 0 || m.Seats < 0 || m.Reserved < 0 || m.Reserved > m.Seats {
			return k, ErrCorrectionEntry
		}
		k.Posts[i] = allocate.Seats{ID: m.SchoolID, Seats: m.Seats}
		if m.Reserved > 0 {
			k.Posts[i].Reserved = map[int]int{Newcomers: m.Reserved}
		}
	}
	post := map[string]int{}
	for i, p := range k.Posts {
		post[p.ID] = i
	}
	for _, e := range drawn.List.Entries {
		e.Wishes = slices.Clone(e.Wishes)
		k.Entries = append(k.Entries, e)
	}
	for _, m := range c.Mends.Classes {
		e := entryOf(k.Entries, tickets[m.ApplicationID])
		at, known := post[m.SchoolID]
		if e == nil || !known || m.Class < 1 {
			return k, ErrCorrectionEntry
		}
		w := slices.IndexFunc(e.Wishes, func(w allocate.Wish) bool { return w.Post == at })
		if w < 0 {
			return k, ErrCorrectionEntry
		}
		e.Wishes[w].Class = m.Class
	}
	for _, m := range c.Mends.Added {
		ticket := allocate.LateTicket(drawn.Root, m.ApplicationID)
		if tickets[m.ApplicationID] != "" && entryOf(k.Entries, tickets[m.ApplicationID]) != nil {
			return k, ErrCorrectionEntry
		}
		e := allocate.Entry{Ticket: ticket, Group: Entry{Newcomer: m.Newcomer}.group()}
		for _, w := range m.Wishes {
			at, known := post[w.SchoolID]
			if !known {
				return k, ErrCorrectionEntry
			}
			e.Wishes = append(e.Wishes, allocate.Wish{Post: at, Class: w.Class})
		}
		k.Entries = append(k.Entries, e)
	}
	for _, id := range c.Mends.LeftOut {
		if tickets[id] == "" || entryOf(k.Entries, tickets[id]) == nil {
			return k, ErrCorrectionEntry
		}
		k.Entries = slices.DeleteFunc(k.Entries, func(e allocate.Entry) bool { return e.Ticket == tickets[id] })
	}
	slices.SortFunc(k.Entries, func(a, b allocate.Entry) int { return cmp.Compare(a.Ticket, b.Ticket) })
	return k, nil
}

func entryOf(all []allocate.Entry, ticket string) *allocate.Entry {
	i := slices.IndexFunc(all, func(e allocate.Entry) bool { return e.Ticket == ticket })
	if ticket == "" || i < 0 {
		return nil
	}
	return &all[i]
}

// Wronged is a child that the corrected draw would have given a place that the
// family wanted more than the one it has, or any.
type Wronged struct {
	Entry  Entry
	Choice int // the place in the list
}

// Stands reports whether what the family has is as good as what it should have
// had: has is the school of the offer that is open or accepted, "" for none.
func (w Wronged) Stands(has string) bool {
	at := slices.IndexFunc(w.Entry.Wishes, func(v Wish) bool { return v.SchoolID == has })
	return has != "" && at >= 0 && at < w.Choice
}

// Explain puts before an entry's reasons what the fault was, and what is given
// for it.
func (c Correction) Explain(w Wronged, relief string, dueOn clock.Date, x Explaining, today clock.Date) (Entry, []Event, error) {
	t, err := x.wished(w.Choice, w.Entry.Wishes[w.Choice-1], today)
	if err != nil {
		return w.Entry, nil, err
	}
	t.Outcome = rule.Met
	t.Facts = append(t.Facts,
		rule.Fact{Name: "draw_fault", Value: c.Why, From: "education", AsOf: today.String()},
		rule.Fact{Name: "correction", Value: strconv.Itoa(c.Number), From: "education", AsOf: today.String()})
	if relief == ReliefTask {
		t.Changes = []rule.Change{{Code: changeBureau, By: dueOn}}
	}
	t.Appeals = x.appeals()
	e := w.Entry
	e.Reasons = append([]rule.Trace{t}, e.Reasons...)
	return e, []Event{WrongMended{RoundID: c.RoundID, ApplicationID: e.ApplicationID, Choice: w.Choice, Relief: relief, DueOn: dueOn}}, nil
}
