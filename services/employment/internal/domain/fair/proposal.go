package fair

import (
	"slices"
	"time"

	"github.com/qiao-platform/qiao/pkg/answer"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// PassedOver is the state of a proposal beside those of answer: a person
// at the employer said no. An accepted one is an interview; the job has its own
// application.
const PassedOver answer.State = "passed_over"

// proposalAnswers are the words for why an answer to a proposal is not taken.
var proposalAnswers = answer.Errors{Lapsed: ErrProposalLate, State: ErrProposalState}

// Proposal is what a pass proposes to a worker. Until the worker accepts it
// changes nothing, and nobody else is told of it.
type Proposal struct {
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
	ToldAt     time.Time // when word of that is known to have arrived; zero until then
	Version    int64
}

// Propose makes the proposal that a pass gives an entry.
func Propose(id string, e Entry, p Post, wish, pass, answerDays int, now time.Time) (Proposal, []domain.Event) {
	x := Proposal{
		ID: id, ApplicationID: e.ApplicationID, FairID: p.FairID, PostID: p.ID, VacancyID: p.VacancyID, EmployerID: p.EmployerID, Worker: e.Worker,
		County: p.County, Wish: wish, Pass: pass, Clock: answer.Make(answerDays, now),
	}
	return x, []domain.Event{domain.FairProposalMade{ProposalID: id, FairID: p.FairID, VacancyID: p.VacancyID, AnswerDays: answerDays}}
}

// Told records when word of a passing over arrived, once; it reports whether that was now.
func (x Proposal) Told(at time.Time) (Proposal, bool) {
	if x.State != PassedOver || !x.ToldAt.IsZero() {
		return x, false
	}
	x.ToldAt = at
	return x, true
}

// StartClock starts the time to answer, once; it reports whether it did.
func (x Proposal) StartClock(delivered time.Time) (Proposal, bool) {
	c, started := x.Deliver(delivered)
	x.Clock = c
	return x, started
}

// Accept accepts the interview: it takes one of the post's seats. jobID is the
// application for the job that is sent with it.
func (x Proposal) Accept(p Post, jobID string, inPerson bool, now time.Time) (Proposal, Post, []domain.Event, error) {
	c, err := x.Clock.Accept(inPerson, now, proposalAnswers)
	if err != nil {
		return x, p, nil, err
	}
	if p, err = p.Take(); err != nil {
		return x, p, nil, err
	}
	x.Clock, x.JobID = c, jobID
	return x, p, []domain.Event{domain.FairProposalAccepted{ProposalID: x.ID, ApplicationID: jobID, InPerson: inPerson}}, nil
}

// Decline is the worker's no; it touches nothing else.
func (x Proposal) Decline(now time.Time) (Proposal, []domain.Event, error) {
	c, err := x.Clock.Decline(now, proposalAnswers)
	if err != nil {
		return x, nil, err
	}
	x.Clock = c
	return x, []domain.Event{domain.FairProposalDeclined{ProposalID: x.ID}}, nil
}

// Lapse ends a proposal whose time to answer is over; number and wishes are kept.
func (x Proposal) Lapse(now time.Time) (Proposal, []domain.Event) {
	c, lapsed := x.Clock.Lapse(now)
	if !lapsed {
		return x, nil
	}
	x.Clock = c
	return x, []domain.Event{domain.FairProposalLapsed{ProposalID: x.ID}}
}

// Withdraw ends a proposal with the worker's application, to the fair or for
// the job; an accepted one gives its seat back.
func (x Proposal) Withdraw(p Post) (Proposal, Post, []domain.Event) {
	switch x.State {
	case answer.Accepted:
		p = p.GiveBack()
	case answer.Open:
	default:
		return x, p, nil
	}
	x.State = answer.Withdrawn
	return x, p, []domain.Event{domain.FairProposalWithdrawn{ProposalID: x.ID}}
}

// PassOver is a person's no at the employer, after the worker accepted an
// interview and before an offer was made.
func (x Proposal) PassOver(p Post, job domain.Application, reason string, r Rules, now time.Time) (Proposal, Post, []domain.Event, error) {
	if !slices.Contains(r.PassOver, reason) {
		return x, p, nil, ErrPassOverReason
	}
	if x.State != answer.Accepted || job.State != domain.ApplicationIsSubmitted {
		return x, p, nil, ErrProposalState.With("state", string(x.State))
	}
	x.State, x.ReasonCode, x.EndedAt = PassedOver, reason, now
	return x, p.GiveBack(), []domain.Event{domain.FairProposalPassedOver{ProposalID: x.ID, ReasonCode: reason}}, nil
}
