package domain

// Event is something that happened here; the store writes it beside the state.
type Event interface{ happened() }

// SchoolOpened says that a school has places.
type SchoolOpened struct {
	SchoolID string
	Stage    Stage
	Places   int
}

// ApplicationSubmitted says that a guardian applied for a child.
type ApplicationSubmitted struct {
	ApplicationID, ChildID string
	Stage                  Stage
}

// ApplicationWithdrawn says that an application ended; it stays here.
type ApplicationWithdrawn struct{ ApplicationID string }

// PlaceOffered says that the guardian is to be told of an offer.
type PlaceOffered struct {
	OfferID, ApplicationID, SchoolID string
	AnswerDays                       int
}

// PlaceAccepted says that the guardian accepted.
type PlaceAccepted struct {
	OfferID, ApplicationID, SchoolID string
	InPerson                         bool
}

// PlaceDeclined says that the guardian declined; it stays here.
type PlaceDeclined struct{ OfferID, ApplicationID string }

// PlaceUndone says that an acceptance by another was taken back.
type PlaceUndone struct{ OfferID, ApplicationID string }

// LapsedOffer says that the time to answer passed; it stays here.
type LapsedOffer struct{ OfferID, ApplicationID string }

// EvidenceChanged says that the application holds more, other or fewer facts.
type EvidenceChanged struct{ ApplicationID, Kind, What string }

func (SchoolOpened) happened()         {}
func (ApplicationSubmitted) happened() {}
func (ApplicationWithdrawn) happened() {}
func (PlaceOffered) happened()         {}
func (PlaceAccepted) happened()        {}
func (PlaceDeclined) happened()        {}
func (PlaceUndone) happened()          {}
func (LapsedOffer) happened()          {}
func (EvidenceChanged) happened()      {}
