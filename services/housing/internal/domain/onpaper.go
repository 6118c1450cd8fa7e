package domain

import (
	"slices"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
)

// Errors of applications that were received on paper.
var (
	ErrPaperEntered  = errs.New(errs.Conflict, "housing.paper.entered", "An application was entered from this form already.")
	ErrLateNone      = errs.New(errs.Conflict, "housing.late.none", "Nothing waits here: no list was fixed between receipt and entry, or it was settled already.")
	ErrLateOutcome   = errs.New(errs.Invalid, "housing.late.outcome", "Say what came of it: corrected, no change, or the round was cancelled.")
	ErrLateUncorrect = errs.New(errs.Conflict, "housing.late.not_corrected", "No correction of the round that was taken names this application. Propose one on the round's page, and have another officer take it.")
	ErrLateStands    = errs.New(errs.Conflict, "housing.late.not_cancelled", "The round was not cancelled.")
)

// The states of an application that a round's list should have had; "" is none such.
const (
	LateOpen      = "open"
	LateCorrected = "corrected" // a correction of the round put it in its place
	LateNoChange  = "no_change" // it would not have come to a home in that round
	LateCancelled = "cancelled" // the round was cancelled, and its homes are offered anew
)

// OnPaper is how an application was received while the platform was away; the zero value
// is of one that was made here. SubmittedAt is then when the paper was received: days of
// waiting, and every place in a list to come, are reckoned from that.
type OnPaper struct {
	Form        string // the form's number
	EnteredAt   time.Time
	ConfirmedBy string // staff number of who confirmed the time from the paper
	LateRound   string // the round whose list was fixed between the two, "" for none
	Late        string
}

// MayMiss is the first of the rounds, oldest first, whose list was fixed on the day on which
// an application was received or after it; false where there is none. A round that was
// cancelled fixed nothing. On one and the same day the list may have been fixed first:
// whoever settles it looks.
func (a Application) MayMiss(rounds []Round) (Round, bool) {
	received := clock.DateOf(a.SubmittedAt)
	at := slices.IndexFunc(rounds, func(r Round) bool {
		return r.Kind == a.Kind && r.Why == "" && !r.OpenedOn.Before(received)
	})
	if at < 0 {
		return Round{}, false
	}
	return rounds[at], true
}

// Entered is an application that was just opened, entered from a paper form: no list that
// was fixed meanwhile changes by it, and one that was is given to an officer.
func (a Application) Entered(rounds []Round) (Application, Event) {
	if r, missed := a.MayMiss(rounds); missed {
		a.Paper.LateRound, a.Paper.Late = r.ID, LateOpen
	}
	return a, PaperEntered{ApplicationID: a.ID, PaperForm: a.Paper.Form, ReceivedAt: a.SubmittedAt.UnixMicro(), RoundID: a.Paper.LateRound}
}

// SettleLate says what came of an application that a round's list should have had.
func (a Application) SettleLate(outcome string, r Round, corrections []Correction) (Application, []Event, error) {
	switch {
	case a.Paper.Late != LateOpen:
		return a, nil, ErrLateNone
	case !slices.Contains([]string{LateCorrected, LateNoChange, LateCancelled}, outcome):
		return a, nil, ErrLateOutcome
	case outcome == LateCancelled && r.Why == "":
		return a, nil, ErrLateStands
	case outcome == LateCorrected && !slices.ContainsFunc(corrections, func(c Correction) bool {
		return c.State == CorrectionTaken && slices.ContainsFunc(c.Mends.Levels, func(l LevelMend) bool { return l.ApplicationID == a.ID })
	}):
		return a, nil, ErrLateUncorrect
	}
	a.Paper.Late = outcome
	return a, []Event{LatePaperSettled{ApplicationID: a.ID, RoundID: r.ID, Outcome: outcome}}, nil
}
