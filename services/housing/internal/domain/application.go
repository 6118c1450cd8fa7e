package domain

import (
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"github.com/qiao-platform/qiao/pkg/allocate"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/rule"
)

// ApplicationState is where an application stands.
type ApplicationState string

// The states of an application.
const (
	Submitted ApplicationState = "submitted"
	Eligible  ApplicationState = "eligible"
	Refused   ApplicationState = "refused"
	Offered   ApplicationState = "offered"
	Accepted  ApplicationState = "accepted"
	Leased    ApplicationState = "leased"
	Withdrawn ApplicationState = "withdrawn"
)

// OpenStates are the states of an application that is not over. A refused one
// is open too: it can be decided again when more is known, or be withdrawn.
func OpenStates() []ApplicationState {
	return []ApplicationState{Submitted, Eligible, Refused, Offered, Accepted}
}

// CaseStates are the states in which an application still wants evidence; an
// accepted one does so too while its decision is reopened.
func CaseStates() []ApplicationState {
	return []ApplicationState{Submitted, Eligible, Refused, Offered}
}

// The largest household that an application can be for, and the largest home
// that it can live in, in square decimetres.
const (
	largestHousehold = 20
	largestArea      = 100_000
)

// Application is a worker's application for a home of a kind in a county.
type Application struct {
	ID                  string
	Worker              string
	County              string
	Kind                Kind
	HouseholdSize       int
	DeclaresNoHome      bool
	DeclaresIncomeBelow bool
	Priority            Priority
	DeclaredAreaDM2     int    // of the home lived in now, square decimetres; 0 for none
	RequestID           string // the employer's request that a dormitory place is taken from, "" for none
	Word                string // what the applicant adds to the next draw: the hex of an allocate.Word, "" for none
	State               ApplicationState
	Reopened            bool         // the decision fell because a fact under it changed, and no new one was made
	RefusalCode         string       // the officer's, with a refusal
	FalseUntil          clock.Date   // until when an officer's finding of a false statement bars (HO-06); zero for none
	Reasons             []rule.Trace // of the last decision
	OfferID             string       // the offer that is open or accepted
	SubmittedAt         time.Time
	Paper               OnPaper
	Version             int64
}

// Apply opens an application.
func Apply(a Application) (Application, []Event, error) {
	if a.HouseholdSize < 1 || a.HouseholdSize > largestHousehold {
		return a, nil, ErrHousehold
	}
	if a.DeclaredAreaDM2 < 0 || a.DeclaredAreaDM2 > largestArea {
		return a, nil, ErrDeclaredArea
	}
	if a.RequestID != "" && a.Kind != Dormitory {
		return a, nil, ErrRequestKind
	}
	if a.Priority.State != PriorityUnsaid && !a.Kind.PutsFirst() {
		return a, nil, ErrPriorityKind
	}
	a.State = Submitted
	return a, []Event{ApplicationSubmitted{ApplicationID: a.ID, Kind: a.Kind, HouseholdSize: a.HouseholdSize}}, nil
}

// Open reports whether the application is not over.
func (a Application) Open() bool { return slices.Contains(OpenStates(), a.State) }

// WantsEvidence reports whether facts of other departments may be collected
// for the application: while a decision is open or can be reopened. A dormitory
// is given without a decision, so none are. The store's query for open cases
// says the same.
func (a Application) WantsEvidence() bool {
	return a.Kind.Listed() && (slices.Contains(CaseStates(), a.State) || a.State == Accepted && a.Reopened)
}

// Withdraw ends the application, whatever stage before the lease it is at.
func (a Application) Withdraw() (Application, []Event, error) {
	if !a.Open() {
		return a, nil, ErrApplicationState.With("state", string(a.State))
	}
	a.State, a.OfferID = Withdrawn, ""
	return a, []Event{ApplicationWithdrawn{ApplicationID: a.ID}}, nil
}

// MayBeDecided reports whether eligibility can be decided now: first, again
// after a refusal, or anew after the decision was reopened.
func (a Application) MayBeDecided() error {
	if !a.Kind.Listed() {
		return ErrNoDecision
	}
	if a.State != Submitted && a.State != Refused && (a.State != Accepted || !a.Reopened) {
		return ErrApplicationState.With("state", string(a.State))
	}
	return nil
}

// Decided takes a decision over. An offer made before the decision was
// reopened stands when the new decision is "eligible" again; with a refusal
// the caller withdraws it; "more needed" leaves everything as it is.
func (a Application) Decided(d Decision) (Application, []Event) {
	a.Reasons = d.Reasons
	switch d.Outcome {
	case OutcomeEligible:
		a.Reopened, a.RefusalCode, a.FalseUntil = false, "", clock.Date{}
		switch {
		case a.State == Accepted:
		case a.OfferID != "":
			a.State = Offered
		default:
			a.State = Eligible
		}
	case OutcomeRefused:
		a.Reopened, a.RefusalCode, a.FalseUntil = false, d.RefusalCode, d.FalseUntil
		a.State, a.OfferID = Refused, ""
	case OutcomeMoreNeeded:
	}
	return a, []Event{EligibilityDecided{ApplicationID: a.ID, Outcome: d.Outcome, RuleIDs: d.RuleIDs()}}
}

// Offer puts an offer to an application that waits for one.
func (a Application) Offer(offerID string) (Application, error) {
	if a.OfferID != "" || a.State != a.place() {
		return a, ErrApplicationState.With("state", string(a.State))
	}
	a.State, a.OfferID = Offered, offerID
	return a, nil
}

// place is the state in which the application waits for an offer.
func (a Application) place() ApplicationState {
	if !a.Kind.Listed() {
		return Submitted
	}
	return Eligible
}

// Waits reports whether the application is on a waiting list.
func (a Application) Waits() bool { return a.Kind.Listed() && a.State == Eligible }

// GiveWord takes the hash of a word of the applicant's own, which joins the
// seed of the draws of rounds that open from now on.
func (a Application) GiveWord(word, nonce string) (Application, []Event, error) {
	if !a.Open() || !a.Kind.Listed() {
		return a, nil, ErrApplicationState.With("state", string(a.State))
	}
	if word == "" || !fits(word, longestText) {
		return a, nil, ErrWord
	}
	sum := allocate.NewWord(word, nonce)
	a.Word = hex.EncodeToString(sum[:])
	return a, []Event{DrawWordGiven{ApplicationID: a.ID}}, nil
}

// CaseNo is how a public list names the application: the end of its id, which
// is random and says nothing about anybody.
func (a Application) CaseNo() string { return CaseNo(a.ID) }

// CaseNo is the case number of an application's id.
func CaseNo(id string) string {
	const length = 12
	if len(id) > length {
		id = id[len(id)-length:]
	}
	return strings.ToUpper(id)
}

// Accept follows the acceptance of the offer.
func (a Application) Accept() Application {
	a.State = Accepted
	return a
}

// Return brings the application back to its place when its offer was
// declined, lapsed or its acceptance was undone. A reopened decision is still
// to be made again.
func (a Application) Return() Application {
	a.OfferID, a.State = "", a.place()
	if a.Reopened {
		a.State = Submitted
	}
	return a
}

// The changes of evidence that take the ground from under a decision.
const (
	evidenceWithdrawn   = "withdrawn"
	evidenceConsentOver = "consent_over"
	evidenceRetracted   = "retracted"
	evidenceCorrected   = "corrected"
)

// EvidenceChanged notes that the application holds more, other or fewer facts.
// A decision that rested on a fact which was withdrawn, retracted or corrected,
// or whose consent is over, is reopened; an offer that was made on it stays valid, because only a person
// withdraws it. An accepted application and a signed lease are not touched: a
// person is told what changed.
func (a Application) EvidenceChanged(kind, what string) (Application, []Event) {
	if a.State == Withdrawn {
		return a, nil
	}
	events := []Event{EvidenceChanged{ApplicationID: a.ID, Kind: kind, What: what}}
	lost := what == evidenceWithdrawn || what == evidenceConsentOver || what == evidenceRetracted || what == evidenceCorrected
	decided := a.State == Eligible || a.State == Refused || a.State == Offered
	if lost && decided && a.Kind.Listed() && a.restsOn(kind) {
		a.State, a.Reopened, a.RefusalCode = Submitted, true, ""
		events = append(events, DecisionReopened{ApplicationID: a.ID, Kind: kind})
	}
	return a, events
}

// restsOn reports whether the last decision used a fact of a kind.
func (a Application) restsOn(kind string) bool {
	return slices.ContainsFunc(a.Reasons, func(t rule.Trace) bool {
		return slices.ContainsFunc(t.Facts, func(f rule.Fact) bool { return f.From == holderOf(kind) })
	})
}
