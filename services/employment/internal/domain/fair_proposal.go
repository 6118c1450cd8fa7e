package domain

import (
	"slices"
	"time"

	"github.com/qiao-platform/qiao/pkg/answer"
)

// ProposalPassedOver is the state of a proposal beside those of answer: a person
// at the employer said no. An accepted one is an interview; the job has its own
// application.
const ProposalPassedOver answer.State = "passed_over"

// proposalAnswers are the words for why an answer to a proposal is not taken.
var proposalAnswers = answer.Errors{Lapsed: ErrProposalLate, State: ErrProposalState}

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
	answer.Clock
	JobID      string    // the application for the job, once accepted
	ReasonCode string    // of a passing over
	EndedAt    time.Time // when it was passed over
	Version    int64
}

// Propose makes the proposal that a pass gives an entry.
func Propose(id string, e FairEntry, p FairPost, wish, pass, answerDays int, now time.Time) (FairProposal, []Event) {
	x := FairProposal{
		ID: id, ApplicationID: e.ApplicationID, FairID: p.FairID, PostID: p.ID, VacancyID: p.VacancyID, EmployerID: p.EmployerID, Worker: e.Worker,
		County: p.County, Wish: wish, Pass: pass, Clock: answer.Make(answerDays, now),
	}
	return x, []Event{FairProposalMade{ProposalID: id, FairID: p.FairID, VacancyID: p.VacancyID, AnswerDays: answerDays}}
}

// StartClock starts the time to answer, once; it reports whether it did.
func (x FairProposal) StartClock(delivered time.Time) (FairProposal, bool) {
	c, started := x.Deliver(delivered)
	x.Clock = c
	return x, started
}

// Accept accepts the interview: it takes one of the post's seats. jobID is the
// application for the job that is sent with it.
func (x FairProposal) Accept(p FairPost, jobID string, inPerson bool, now time.Time) (FairProposal, FairPost, []Event, error) {
	c, err := x.Clock.Accept(inPerson, now, proposalAnswers)
	if err != nil {
		return x, p, nil, err
	}
	if p, err = p.Take(); err != nil {
		return x, p, nil, err
	}
	x.Clock, x.JobID = c, jobID
	return x, p, []Event{FairProposalAccepted{ProposalID: x.ID, ApplicationID: jobID, InPerson: inPerson}}, nil
}

// Decline is the worker's no; it touches nothing else.
func (x FairProposal) Decline(now time.Time) (FairProposal, []Event, error) {
	c, err := x.Clock.Decline(now, proposalAnswers)
	if err != nil {
		return x, nil, err
	}
	x.Clock = c
	return x, []Event{FairProposalDeclined{ProposalID: x.ID}}, nil
}

// Lapse ends a proposal whose time to answer is over; number and wishes are kept.
func (x FairProposal) Lapse(now time.Time) (FairProposal, []Event) {
	c, lapsed := x.Clock.Lapse(now)
	if !lapsed {
		return x, nil
	}
	x.Clock = c
	return x, []Event{FairProposalLapsed{ProposalID: x.ID}}
}

// Withdraw ends a proposal with the worker's application, to the fair or for
// the job; an accepted one gives its seat back.
func (x FairProposal) Withdraw(p FairPost) (FairProposal, FairPost, []Event) {
	switch x.State {
	case answer.Accepted:
		p = p.GiveBack()
	case answer.Open:
	default:
		return x, p, nil
	}
	x.State = answer.Withdrawn
	return x, p, []Event{FairProposalWithdrawn{ProposalID: x.ID}}
}

// PassOver is a person's no at the employer, after the worker accepted an
// interview and before an offer was made.
func (x FairProposal) PassOver(p FairPost, job Application, reason string, r FairRules, now time.Time) (FairProposal, FairPost, []Event, error) {
	if !slices.Contains(r.PassOver, reason) {
		return x, p, nil, ErrPassOverReason
	}
	if x.State != answer.Accepted || job.State != ApplicationIsSubmitted {
		return x, p, nil, ErrProposalState.With("state", string(x.State))
	}
	x.State, x.ReasonCode, x.EndedAt = ProposalPassedOver, reason, now
	return x, p.GiveBack(), []Event{FairProposalPassedOver{ProposalID: x.ID, ReasonCode: reason}}, nil
}
