// Package fair is what the employment department knows of job fairs: plans and
// posts, wishes and ranks, the draw, what it proposes and why, and its mending.
package fair

import (
	"slices"
	"time"

	"github.com/qiao-platform/qiao/pkg/allocate"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// State is where a fair stands.
type State string

// The states of a fair.
const (
	Open    State = "open"    // takes posts and wishes, then ranks
	Closed  State = "closed"  // the list is committed
	Matched State = "matched" // a pass has proposed
	// Closing is a large fair whose lists are over, and being committed.
	Closing State = "closing"
	// Drawing is a large fair whose draw, or later pass, is certain and is being
	// written: what it gives is neither shown nor answered before all of it is there.
	Drawing State = "drawing"
	// Cancelled is a fair that ended before it had results.
	Cancelled State = "cancelled"
)

// Fair is one job fair from its plan to its last pass.
type Fair struct {
	Plan
	ID       string
	State    State
	Root     string // the commitment to the list
	Entries  int
	ClosedAt time.Time // when it was committed
	Figure   string    // as the first officer read it, and once drawn both
	First    string    // who entered the figure; staff, not a worker
	Second   string    // who confirmed it
	Seed     string
	Pass     int
	Why      string // the code of why it was changed last or cancelled
	Bundled  int    // bytes of what is published; what is written beyond them does not count yet
	// NoticeAt is when what is told of it happened, zero once all who had applied by
	// then are told, and Noticed the number of the last who was.
	NoticeAt time.Time
	Noticed  string
	Version  int64
}

// New plans a fair; division is the caller's to check.
func New(id string, p Plan, r Rules, today clock.Date) (Fair, []domain.Event, error) {
	if !slices.Contains(r.Campaigns, p.Campaign) {
		return Fair{}, nil, ErrCampaign
	}
	p, err := p.check(r, today)
	if err != nil {
		return Fair{}, nil, err
	}
	f := Fair{Plan: p, ID: id, State: Open}
	return f, []domain.Event{domain.FairPlanned{
		FairID: id, Campaign: p.Campaign, Division: p.Division, StartsOn: p.StartsOn, EndsOn: p.EndsOn, ClosesOn: p.ClosesOn, MatchOn: p.MatchOn, Tie: string(p.Tie),
	}}, nil
}

// reasons are the reasons for which a fair is changed or cancelled.
func reasons() []string { return []string{"dates", "venue", "figure", "law", "other"} }

// Change mends a plan until the list is committed.
func (f Fair) Change(to Plan, why string, r Rules, today clock.Date) (Fair, []domain.Event, error) {
	if f.State != Open {
		return f, nil, ErrState
	}
	if !slices.Contains(reasons(), why) {
		return f, nil, ErrReason
	}
	to.Campaign, to.Division, to.Tie = f.Campaign, f.Division, f.Tie
	to, err := to.check(r, today)
	if err != nil {
		return f, nil, err
	}
	f.Plan, f.Why = to, why
	return f, []domain.Event{domain.FairChanged{FairID: f.ID, StartsOn: f.StartsOn, EndsOn: f.EndsOn, ReasonCode: why}}, nil
}

// Cancel ends a fair that has no results.
func (f Fair) Cancel(why string) (Fair, []domain.Event, error) {
	switch {
	case f.State == Matched, f.State == Drawing:
		return f, nil, ErrResults
	case f.State == Cancelled:
		return f, nil, ErrState
	case !slices.Contains(reasons(), why):
		return f, nil, ErrReason
	}
	f.State, f.Why = Cancelled, why
	return f, []domain.Event{domain.FairCancelled{FairID: f.ID, ReasonCode: why}}, nil
}

// What who applied is told of a fair.
const (
	NoticeChanged   = "changed"
	NoticeCancelled = "cancelled"
)

// Tells begins to tell who has applied by now what became of the fair.
func (f Fair) Tells(now time.Time) Fair {
	f.NoticeAt, f.Noticed = now, ""
	return f
}

// Notice is what an applicant is told.
func (f Fair) Notice(applicationID string) domain.FairNoticed {
	what := NoticeChanged
	if f.State == Cancelled {
		what = NoticeCancelled
	}
	return domain.FairNoticed{FairID: f.ID, ApplicationID: applicationID, What: what, ReasonCode: f.Why}
}

// Told records who was told last, "" where that was all.
func (f Fair) Told(last string) Fair {
	if f.Noticed = last; last == "" {
		f.NoticeAt = time.Time{}
	}
	return f
}

// Has reports whether a county lies in the fair's division.
func (f Fair) Has(county string) bool {
	if len(f.Division) != 6 || len(county) != 6 {
		return false
	}
	return f.Division == county || f.Division[4:] == "00" && county[:4] == f.Division[:4]
}

// TakesLists returns nil while posts are entered and wishes sent.
func (f Fair) TakesLists(today clock.Date) error {
	if f.State != Open || today.After(f.ClosesOn) {
		return ErrListsClosed
	}
	return nil
}

// TakesRanks returns nil while employers may rank: until the list is committed.
func (f Fair) TakesRanks() error {
	if f.State != Open {
		return ErrListsClosed
	}
	return nil
}

// Closable returns nil where the list can be committed today with the figure of
// matchOn to decide: the lists are over, employers had their days, and the
// figure cannot exist yet. A fair of one day is closed on it, before its figure.
func (f Fair) Closable(matchOn clock.Date, r Rules, today clock.Date) error {
	switch {
	case f.State != Open:
		return ErrTwice
	case f.OneDay() && today == f.ClosesOn && matchOn == today:
		return nil
	case !today.After(f.ClosesOn.AddDays(r.RankDays)):
		return ErrListsOpen
	case !matchOn.After(today):
		return ErrMatchDay
	}
	return nil
}

// Closes ends the lists of a large fair, whose commitment follows.
func (f Fair) Closes() Fair {
	f.State = Closing
	return f
}

// Reopened is a fair that could not be committed after all: everybody left, or
// its figure may be known by now. Its officer closes it anew.
func (f Fair) Reopened() Fair {
	f.State = Open
	return f
}

// Close commits the fair to a list.
func (f Fair) Close(c allocate.Commitment, matchOn clock.Date, at time.Time) (Fair, []domain.Event) {
	f.State, f.Root, f.Entries, f.MatchOn, f.ClosedAt = Closed, c.Root, c.Entries, matchOn, at
	return f, []domain.Event{domain.FairClosed{FairID: f.ID, Root: f.Root, EntryCount: f.Entries, MatchOn: matchOn}}
}

// EnterFigure is one officer's reading of the public figure. It may be entered
// again until it was confirmed.
func (f Fair) EnterFigure(figure, officer string, today clock.Date) (Fair, []domain.Event, error) {
	if f.State != Closed {
		return f, nil, ErrState
	}
	if today.Before(f.MatchOn) {
		return f, nil, ErrFigureEarly
	}
	var err error
	if figure, err = domain.Shown(figure, 1, ErrFigure); err != nil {
		return f, nil, err
	}
	f.Figure, f.First = figure, officer
	return f, []domain.Event{domain.FairFigureEntered{FairID: f.ID}}, nil
}

// Confirm returns nil where another officer read the same figure.
func (f Fair) Confirm(figure, officer string) error {
	if f.State != Closed {
		return ErrState
	}
	if f.First == "" {
		return ErrNoFigure
	}
	if ident.SameStaff(f.First, officer) {
		return ErrSameOfficer
	}
	if figure, err := domain.Shown(figure, 1, ErrFigure); err != nil || figure != f.Figure {
		return ErrDiffers
	}
	return nil
}

// AtOnce is how many applications are committed, or given what they got, in one
// transaction. More are in steps, so that nobody else waits to write meanwhile.
const AtOnce = 500

// Large reports whether so many applications are committed in steps.
func Large(applications int) bool { return applications > AtOnce }

// InSteps reports whether what a pass gives a committed list is written in steps.
func (f Fair) InSteps() bool { return Large(f.Entries) }

// Draws begins to write a draw that two officers have made certain.
func (f Fair) Draws(officer string) Fair {
	f.State, f.Second = Drawing, officer
	return f
}

// PassesAgain begins to write a later pass of a large fair.
func (f Fair) PassesAgain() Fair {
	f.State = Drawing
	return f
}

// Published returns nil unless a draw is being written.
func (f Fair) Published() error {
	if f.State == Drawing {
		return ErrState
	}
	return nil
}

// Drawn records that a pass has proposed; seed and officer are those of the first.
func (f Fair) Drawn(seed, officer string, m Match) (Fair, []domain.Event) {
	f.Seed, f.Second = seed, officer
	return f.Passed(m)
}

// PassAgain returns nil where another pass may run.
func (f Fair) PassAgain(r Rules, answering bool) error {
	switch {
	case f.State != Matched || f.Pass >= r.Passes:
		return ErrState
	case answering:
		return ErrAnswers
	}
	return nil
}

// Passed records that a pass has proposed.
func (f Fair) Passed(m Match) (Fair, []domain.Event) {
	f.State, f.Pass = Matched, m.Pass
	return f, []domain.Event{domain.FairMatched{FairID: f.ID, Seed: f.Seed, Pass: m.Pass, Proposed: m.Proposed, Unplaced: m.Unplaced}}
}
