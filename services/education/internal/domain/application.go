package domain

import (
	"slices"
	"time"
)

// ApplicationState is where an application stands.
type ApplicationState string

// The states of an application.
const (
	Submitted ApplicationState = "submitted"
	Offered   ApplicationState = "offered"
	Accepted  ApplicationState = "accepted"
	Withdrawn ApplicationState = "withdrawn"
)

// mostWishes bounds what one application may name; no prefecture has so many
// schools of one stage within a child's reach.
const mostWishes = 50

// Application is a guardian's application for a child. Of the child it holds
// the reference alone: name and birth date stay with the registry.
type Application struct {
	ID          string
	ChildID     string
	Worker      string // the guardian who keeps it
	Former      string // the guardian from whom it went over, and why; "" where nobody had it before
	HandedWhy   string
	Stage       Stage
	County      string
	SchoolIDs   []string // wishes, best first
	State       ApplicationState
	OfferID     string // the offer that is open or accepted
	Grant       string // "", or the state of the vocational grant
	SubmittedAt time.Time
	Version     int64
}

// Apply opens an application; wishes are the schools that it names.
func Apply(a Application, wishes []School) (Application, []Event, error) {
	if len(wishes) > mostWishes {
		return a, nil, ErrWishes
	}
	a.SchoolIDs = nil
	for _, s := range wishes {
		if s.Stage != a.Stage {
			return a, nil, ErrSchoolStage.With("school", s.ID)
		}
		if slices.Contains(a.SchoolIDs, s.ID) {
			return a, nil, ErrWishes
		}
		a.SchoolIDs = append(a.SchoolIDs, s.ID)
	}
	a.State = Submitted
	return a, []Event{ApplicationSubmitted{ApplicationID: a.ID, ChildID: a.ChildID, Stage: a.Stage}}, nil
}

// WantsEvidence reports whether facts of other departments may be collected
// for the application: until a place is accepted. The store's query for open
// cases says the same.
func (a Application) WantsEvidence() bool { return a.State == Submitted || a.State == Offered }

// Withdraw ends the application, or gives an accepted place up.
func (a Application) Withdraw() (Application, []Event, error) {
	if a.State == Withdrawn {
		return a, nil, ErrApplicationState.With("state", string(a.State))
	}
	a.State, a.OfferID = Withdrawn, ""
	return a, []Event{ApplicationWithdrawn{ApplicationID: a.ID}}, nil
}

// Offer puts an offer to an application that waits for one.
func (a Application) Offer(offerID string) (Application, error) {
	if a.State != Submitted {
		return a, ErrApplicationState.With("state", string(a.State))
	}
	a.State, a.OfferID = Offered, offerID
	return a, nil
}

// Accept follows the acceptance of an offer, which may take the place of one
// that was accepted before. From here on the place rests on nothing but the
// acceptance.
func (a Application) Accept(offerID string) Application {
	a.State, a.OfferID = Accepted, offerID
	return a
}

// Return brings the application back to its place in the queue when its offer
// was declined or lapsed, or its acceptance was undone.
func (a Application) Return() Application {
	a.State, a.OfferID = Submitted, ""
	return a
}

// EvidenceChanged notes in the application's history that it holds more, other
// or fewer facts. It changes nothing else, whatever the change: an offer that
// was made stays, and a person looks at what was corrected or went.
func (a Application) EvidenceChanged(kind, what string) []Event {
	if !a.WantsEvidence() {
		return nil
	}
	return []Event{EvidenceChanged{ApplicationID: a.ID, Kind: kind, What: what}}
}
