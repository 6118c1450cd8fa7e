package domain

import (
	"slices"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
)

// ProposalState is where a proposal stands.
type ProposalState string

// The states of a proposal.
const (
	ProposalOpen           ProposalState = "open"
	ProposalAcceptedState  ProposalState = "accepted" // an interview; the job has its own application
	ProposalDeclinedState  ProposalState = "declined"
	ProposalLapsedState    ProposalState = "lapsed"
	ProposalWithdrawnState ProposalState = "withdrawn"
	ProposalPassedOver     ProposalState = "passed_over" // a person at the employer said no
)

// FairProposal is what a pass proposes to a worker. Until the worker accepts it
// changes nothing, and nobody else is told of it.
type FairProposal struct {
	ID            string
	ApplicationID string // to the fair
	FairID        string
	PostID        string
	VacancyID     string
	EmployerID    string
	Worker        string
	County        string
	Wish          int // the place on the list, from 1
	Pass          int
	State         ProposalState
	AnswerDays    int
	MadeAt        time.Time
	AnswerBy      time.Time // zero until its message is known to have arrived
	AcceptedAt    time.Time
	InPerson      bool
	JobID         string    // the application for the job, once accepted
	ReasonCode    string    // of a passing over
	EndedAt       time.Time // when it was passed over
	Version       int64
}

// Propose makes the proposal that a pass gives an entry.
func Propose(id string, e FairEntry, p FairPost, wish, pass, answerDays int, now time.Time) (FairProposal, []Event) {
	x := FairProposal{
		ID: id, ApplicationID: e.ApplicationID, FairID: p.FairID, PostID: p.ID, VacancyID: p.VacancyID, EmployerID: p.EmployerID, Worker: e.Worker,
		County: p.County, Wish: wish, Pass: pass, State: ProposalOpen, AnswerDays: answerDays, MadeAt: now,
	}
	return x, []Event{FairProposalMade{ProposalID: id, FairID: p.FairID, VacancyID: p.VacancyID, AnswerDays: answerDays}}
}

// StartClock starts the time to answer, once, when the proposal's message is
// known to have arrived, as an offer's does.
func (x FairProposal) StartClock(delivered time.Time) (FairProposal, bool) {
	if x.State != ProposalOpen || !x.AnswerBy.IsZero() {
		return x, false
	}
	x.AnswerBy = clock.DateOf(delivered).AddDays(x.AnswerDays + 1).Start().UTC()
	return x, true
}

func (x FairProposal) over(now time.Time) bool {
	return !x.AnswerBy.IsZero() && !now.Before(x.AnswerBy)
}

func (x FairProposal) answerable(now time.Time) error {
	switch {
	case x.State == ProposalLapsedState, x.State == ProposalOpen && x.over(now):
		return ErrProposalLate
	case x.State != ProposalOpen:
		return ErrProposalState.With("state", string(x.State))
	}
	return nil
}

// Accept accepts the interview: it takes one of the post's seats. jobID is the
// application for the job that is sent with it.
func (x FairProposal) Accept(p FairPost, jobID string, inPerson bool, now time.Time) (FairProposal, FairPost, []Event, error) {
	if err := x.answerable(now); err != nil {
		return x, p, nil, err
	}
	p, err := p.Take()
	if err != nil {
		return x, p, nil, err
	}
	if !now.After(x.MadeAt) { // a clock that was set back: the acceptance is still the newer
		now = x.MadeAt.Add(time.Microsecond)
	}
	x.State, x.AcceptedAt, x.InPerson, x.JobID = ProposalAcceptedState, now, inPerson, jobID
	return x, p, []Event{FairProposalAccepted{ProposalID: x.ID, ApplicationID: jobID, InPerson: inPerson}}, nil
}

// Decline is the worker's no; it touches nothing else.
func (x FairProposal) Decline(now time.Time) (FairProposal, []Event, error) {
	if err := x.answerable(now); err != nil {
		return x, nil, err
	}
	x.State = ProposalDeclinedState
	return x, []Event{FairProposalDeclined{x.ID}}, nil
}

// Lapse ends a proposal whose time to answer is over; number and wishes are kept.
func (x FairProposal) Lapse(now time.Time) (FairProposal, []Event) {
	if x.State != ProposalOpen || !x.over(now) {
		return x, nil
	}
	x.State = ProposalLapsedState
	return x, []Event{FairProposalLapsed{x.ID}}
}

// Withdraw ends a proposal with the worker's application, to the fair or for
// the job; an accepted one gives its seat back.
func (x FairProposal) Withdraw(p FairPost) (FairProposal, FairPost, []Event) {
	switch x.State {
	case ProposalAcceptedState:
		p = p.GiveBack()
	case ProposalOpen:
	default:
		return x, p, nil
	}
	x.State = ProposalWithdrawnState
	return x, p, []Event{FairProposalWithdrawn{x.ID}}
}

// PassOver is a person's no at the employer, after the worker accepted an
// interview and before an offer was made.
func (x FairProposal) PassOver(p FairPost, job Application, reason string, r FairRules, now time.Time) (FairProposal, FairPost, []Event, error) {
	if !slices.Contains(r.PassOver, reason) {
		return x, p, nil, ErrPassOverReason
	}
	if x.State != ProposalAcceptedState || job.State != ApplicationSubmittedState {
		return x, p, nil, ErrProposalState.With("state", string(x.State))
	}
	x.State, x.ReasonCode, x.EndedAt = ProposalPassedOver, reason, now
	return x, p.GiveBack(), []Event{FairProposalPassedOverEvent{ProposalID: x.ID, ReasonCode: reason}}, nil
}
