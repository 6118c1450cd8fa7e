package domain

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/qiao-platform/qiao/pkg/allocate"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
)

// RoundState is where a round stands.
type RoundState string

// The states of a round, in their order.
const (
	RoundIsPlanned   RoundState = "planned"
	RoundIsOpen      RoundState = "open"      // guardians file their choices
	RoundIsClosed    RoundState = "closed"    // no choice is filed or changed any more
	RoundIsCommitted RoundState = "committed" // the list is fixed, its root published
	RoundIsDrawn     RoundState = "drawn"     // places were offered
	RoundIsEnded     RoundState = "ended"
	// RoundIsCancelled is a round that ended before it had results; it holds nothing.
	RoundIsCancelled RoundState = "cancelled"
)

// The longest texts of a round, in characters.
const (
	longestFigure = 100
	longestSource = 120
)

// longestRound is the most months between the first day and the draw; more is a
// slip of the year.
const longestRound = 24

// Newcomers is the group of children whose family came lately; the other group
// is allocate.Open.
const Newcomers = 1

// Round is one giving of the places of a stage in a county. Everything in it is
// public; it holds no person.
type Round struct {
	ID           string
	County       string
	Stage        Stage
	State        RoundState
	OpensOn      clock.Date
	ClosesOn     clock.Date // the last day on which choices are filed
	DrawOn       clock.Date
	Tie          allocate.Tie
	FigureSource string     // the public figure that decides: what, and where it is published
	FigureOn     clock.Date // the day of its publication; the list is committed no later
	Root         string
	Entries      int    // how many were committed
	Figure       string // as typed; it counts once it is confirmed
	CommittedBy  string // the officers who took part in the draw: none of them decides an appeal
	TypedBy      string
	ConfirmedBy  string
	Seed         string
	Pass         int // how often places were given
	Parts        int // of the published bundle
	PlannedBy    string
	Why          string     // the code of why it was changed last or cancelled
	DoublesOn    clock.Date // when the registry was asked for likely doubles; zero: not since it was closed
	PlannedAt    time.Time
	Version      int64
}

// PlanRound checks a round and plans it, as an officer signs.
func PlanRound(r Round, who string, today clock.Date) (Round, []Event, error) {
	if r.OpensOn.Before(today) {
		return r, nil, ErrRoundPast
	}
	r, err := r.plannable()
	if err != nil {
		return r, nil, err
	}
	r.State, r.PlannedBy = RoundIsPlanned, who
	return r, []Event{RoundPlanned{RoundID: r.ID, Stage: r.Stage, OpensOn: r.OpensOn, ClosesOn: r.ClosesOn, DrawOn: r.DrawOn}}, nil
}

// plannable checks what a plan says.
func (r Round) plannable() (Round, error) {
	r.FigureSource = strings.TrimSpace(r.FigureSource)
	switch {
	case r.OpensOn.IsZero() || r.ClosesOn.Before(r.OpensOn) || r.DrawOn.Before(r.ClosesOn) || r.FigureOn.Before(r.ClosesOn) || r.DrawOn.Before(r.FigureOn),
		r.DrawOn.After(r.OpensOn.AddMonths(longestRound)):
		return r, ErrRoundDates
	case r.Tie != allocate.SingleTie && r.Tie != allocate.MultipleTie:
		return r, ErrRoundTie
	case !line(r.FigureSource, longestSource) || !allocate.Announced(r.FigureSource):
		return r, ErrRoundFigure
	}
	return r, nil
}

// The reasons for which a round is changed or cancelled.
func roundReasons() []string { return []string{"dates", "figure", "seats", "law", "other"} }

// Change mends a plan until its list is fixed. What families were told already
// stays: days that have passed are not changed, and nobody who filed loses the
// day on which filing ends.
func (r Round) Change(to Round, why string, today clock.Date) (Round, []Event, error) {
	switch {
	case r.State != RoundIsPlanned && r.State != RoundIsOpen && r.State != RoundIsClosed:
		return r, nil, ErrRoundState.With("state", string(r.State))
	case !slices.Contains(roundReasons(), why):
		return r, nil, ErrRoundReason
	}
	was := r
	r.OpensOn, r.ClosesOn, r.DrawOn, r.FigureOn, r.Tie, r.FigureSource = to.OpensOn, to.ClosesOn, to.DrawOn, to.FigureOn, to.Tie, to.FigureSource
	past := func(before, now clock.Date) bool { return now != before && now.Before(today) }
	switch {
	case past(was.OpensOn, r.OpensOn), past(was.ClosesOn, r.ClosesOn), past(was.FigureOn, r.FigureOn), past(was.DrawOn, r.DrawOn):
		return was, nil, ErrRoundPast
	case was.State != RoundIsPlanned && r.OpensOn != was.OpensOn, was.State == RoundIsClosed && r.ClosesOn != was.ClosesOn && r.ClosesOn.Before(today):
		return was, nil, ErrRoundBegun
	}
	r, err := r.plannable()
	if err != nil {
		return was, nil, err
	}
	if r.State == RoundIsClosed && !today.After(r.ClosesOn) && r.ClosesOn != was.ClosesOn {
		r.State, r.DoublesOn = RoundIsOpen, clock.Date{} // there is time to file again
	}
	r.Why = why
	return r, []Event{RoundChanged{RoundID: r.ID, OpensOn: r.OpensOn, ClosesOn: r.ClosesOn, DrawOn: r.DrawOn, ReasonCode: why}}, nil
}

// Cancel ends a round that has no results. It holds no seats any more, and
// another one can be planned.
func (r Round) Cancel(why string) (Round, []Event, error) {
	switch {
	case r.State == RoundIsDrawn:
		return r, nil, ErrRoundResults
	case !r.Running():
		return r, nil, ErrRoundState.With("state", string(r.State))
	case !slices.Contains(roundReasons(), why):
		return r, nil, ErrRoundReason
	}
	r.State, r.Why = RoundIsCancelled, why
	return r, []Event{RoundCancelled{RoundID: r.ID, ReasonCode: why}}, nil
}

// Noticed tells a family that filed that its round was changed or cancelled.
func (e Entry) Noticed(what, why string) []Event {
	return []Event{RoundNoticed{RoundID: e.RoundID, ApplicationID: e.ApplicationID, What: what, ReasonCode: why}}
}

// What a family is told of its round.
const (
	NoticeChanged   = "changed"
	NoticeCancelled = "cancelled"
)

// line reports whether s is one line of text that can be published.
func line(s string, longest int) bool {
	return s != "" && fits(s, longest) && !strings.ContainsFunc(s, func(c rune) bool { return !unicode.IsPrint(c) })
}

// Running reports whether the round's seats are held for it. The store's count
// of taken places says the same.
func (r Round) Running() bool { return r.State != RoundIsEnded && r.State != RoundIsCancelled }

// Open lets guardians file their choices.
func (r Round) Open(schools []Seated, today clock.Date) (Round, []Event, error) {
	switch {
	case r.State != RoundIsPlanned:
		return r, nil, ErrRoundState.With("state", string(r.State))
	case len(schools) == 0:
		return r, nil, ErrRoundSchools
	case today.Before(r.OpensOn) || today.After(r.ClosesOn):
		return r, nil, ErrRoundDay
	}
	r.State = RoundIsOpen
	return r, []Event{RoundOpened{RoundID: r.ID}}, nil
}

// TakesChoices returns nil while choices may be filed.
func (r Round) TakesChoices(today clock.Date) error {
	if r.State != RoundIsOpen || today.Before(r.OpensOn) || today.After(r.ClosesOn) {
		return ErrRoundNotOpen.With("state", string(r.State))
	}
	return nil
}

// Close ends the filing, on its last day at the earliest.
func (r Round) Close(today clock.Date) (Round, []Event, error) {
	switch {
	case r.State == RoundIsPlanned:
		return r, nil, ErrRoundState.With("state", string(r.State))
	case r.State != RoundIsOpen:
		return r, nil, ErrRoundClosed
	case today.Before(r.ClosesOn):
		return r, nil, ErrRoundDay
	}
	r.State = RoundIsClosed
	return r, []Event{RoundClosed{RoundID: r.ID}}, nil
}

// List is the list of entries as it is committed and drawn. Its order is that of
// the tickets, which are random: it says nothing about who came first.
func (r Round) List(schools []Seated, entries []Entry) *allocate.List {
	l := &allocate.List{Round: r.ID, Tie: r.Tie, Figure: r.FigureSource, Due: r.FigureOn}
	post := map[string]int{}
	for i, s := range schools {
		post[s.School.ID] = i
		seats := allocate.Seats{ID: s.School.ID, Seats: s.Seats}
		if s.Reserved > 0 {
			seats.Reserved = map[int]int{Newcomers: s.Reserved}
		}
		l.Posts = append(l.Posts, seats)
	}
	for _, e := range entries {
		in := allocate.Entry{Ticket: e.Ticket, Word: e.Word, Group: e.group()}
		for _, w := range e.Wishes {
			in.Wishes = append(in.Wishes, allocate.Wish{Post: post[w.SchoolID], Class: w.Class})
		}
		l.Entries = append(l.Entries, in)
	}
	return l
}

// Commit fixes the list. entries and schools come in the order of tickets and
// ids; who is the officer that commits.
func (r Round) Commit(schools []Seated, entries []Entry, who string, today clock.Date) (Round, []Event, error) {
	switch {
	case r.State != RoundIsClosed:
		return r, nil, ErrRoundState.With("state", string(r.State))
	case today.After(r.FigureOn):
		return r, nil, ErrFigureKnown
	}
	c, err := r.List(schools, entries).Commit()
	if err != nil {
		return r, nil, err
	}
	r.State, r.Root, r.Entries, r.CommittedBy = RoundIsCommitted, c.Root, c.Entries, who
	return r, []Event{RoundCommitted{RoundID: r.ID, Root: c.Root, EntriesCount: c.Entries}}, nil
}

// TypeFigure takes the published figure from one officer. A figure that waits
// for its confirmation can be typed anew: a slip is mended that way.
func (r Round) TypeFigure(figure, who string, today clock.Date) (Round, []Event, error) {
	figure = strings.TrimSpace(figure)
	switch {
	case r.State != RoundIsCommitted:
		return r, nil, ErrRoundState.With("state", string(r.State))
	case today.Before(r.FigureOn):
		return r, nil, ErrRoundDay
	case !line(figure, longestFigure):
		return r, nil, ErrFigure
	}
	r.Figure, r.TypedBy = figure, who
	return r, []Event{FigureTyped{RoundID: r.ID}}, nil
}

// Confirm checks that another officer read the same figure.
func (r Round) Confirm(figure, who string, today clock.Date) error {
	switch {
	case r.State != RoundIsCommitted:
		return ErrRoundState.With("state", string(r.State))
	case r.TypedBy == "":
		return ErrFigureMissing
	case ident.SameStaff(r.TypedBy, who):
		return ErrFigureSame
	case strings.TrimSpace(figure) != r.Figure:
		return ErrFigureDiffers
	case today.Before(r.DrawOn):
		return ErrRoundDay
	}
	return nil
}

// TookPart reports whether an officer had a hand in the draw.
func (r Round) TookPart(who string) bool {
	return slices.ContainsFunc([]string{r.CommittedBy, r.TypedBy, r.ConfirmedBy}, func(other string) bool { return ident.SameStaff(other, who) })
}

// End ends the round; tasks is how many children the bureau must find a place for.
func (r Round) End(tasks int) (Round, []Event) {
	r.State = RoundIsEnded
	return r, []Event{RoundEnded{RoundID: r.ID, TasksCount: tasks}}
}

// MayEnd returns nil where places were given once at least.
func (r Round) MayEnd() error {
	if r.State != RoundIsDrawn {
		return ErrRoundState.With("state", string(r.State))
	}
	return nil
}
