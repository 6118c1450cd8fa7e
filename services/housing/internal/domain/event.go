package domain

import "github.com/qiao-platform/qiao/pkg/clock"

// Event is something that happened here; the store writes it beside the state.
type Event interface{ happened() }

// HomeListed says that a home can be applied for.
type HomeListed struct {
	HomeID  string
	Kind    Kind
	RentFen int64
}

// ApplicationSubmitted says that the worker applied.
type ApplicationSubmitted struct {
	ApplicationID string
	Kind          Kind
	HouseholdSize int
}

// ApplicationWithdrawn says that the application ended by the worker's act.
type ApplicationWithdrawn struct{ ApplicationID string }

// EligibilityDecided says what the rules gave and an officer signed.
type EligibilityDecided struct {
	ApplicationID string
	Outcome       Outcome
	RuleIDs       []string
}

// DecisionReopened says that a fact under the decision fell.
type DecisionReopened struct{ ApplicationID, Kind string }

// OfferMade says that the worker is to be told of an offer.
type OfferMade struct {
	OfferID, ApplicationID, HomeID string
	AnswerDays                     int
}

// OfferAcceptedEvent says that the worker accepted.
type OfferAcceptedEvent struct {
	OfferID, ApplicationID string
	InPerson               bool
}

// OfferDeclinedEvent says that the worker declined; it stays here.
type OfferDeclinedEvent struct{ OfferID, ApplicationID string }

// OfferLapsedEvent says that the time to answer passed; it stays here.
type OfferLapsedEvent struct{ OfferID, ApplicationID string }

// OfferUndoneEvent says that an acceptance by another was taken back.
type OfferUndoneEvent struct{ OfferID, ApplicationID string }

// LeaseSigned says that the worker has a home.
type LeaseSigned struct {
	LeaseID, ApplicationID, HomeID string
	StartsOn, EndsOn               clock.Date
	RentFen                        int64
}

// EvidenceChanged says that the application holds more, other or fewer facts.
type EvidenceChanged struct{ ApplicationID, Kind, What string }

func (HomeListed) happened()           {}
func (ApplicationSubmitted) happened() {}
func (ApplicationWithdrawn) happened() {}
func (EligibilityDecided) happened()   {}
func (DecisionReopened) happened()     {}
func (OfferMade) happened()            {}
func (OfferAcceptedEvent) happened()   {}
func (OfferDeclinedEvent) happened()   {}
func (OfferLapsedEvent) happened()     {}
func (OfferUndoneEvent) happened()     {}
func (LeaseSigned) happened()          {}
func (EvidenceChanged) happened()      {}
