package domain

import "github.com/qiao-platform/qiao/pkg/clock"

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

// RoundPlannedEvent says that a county will give places of a stage.
type RoundPlannedEvent struct {
	RoundID                   string
	Stage                     Stage
	OpensOn, ClosesOn, DrawOn clock.Date
}

// RoundChanged says that a plan was mended.
type RoundChanged struct {
	RoundID                   string
	OpensOn, ClosesOn, DrawOn clock.Date
	Why                       string
}

// RoundCancelledEvent says that a round ended before it had results.
type RoundCancelledEvent struct{ RoundID, Why string }

// RoundNoticed tells a family that its round was changed or cancelled.
type RoundNoticed struct{ RoundID, ApplicationID, What, Why string }

// DoublesFound says that the registry was asked; it stays here.
type DoublesFound struct {
	RoundID string
	Open    int
}

// DoubleDecided says whether two entries are one child, and tells a guardian.
type DoubleDecided struct {
	RoundID, ApplicationID, Outcome string
	Kept                            bool
	Why                             string
}

// CorrectionProposed says that a corrected draw was proposed; it stays here.
type CorrectionProposed struct{ CorrectionID, RoundID, Why string }

// CorrectionDropped says that it was dropped; it stays here.
type CorrectionDropped struct{ CorrectionID, RoundID string }

// RoundCorrected says that a corrected draw was published beside the first.
type RoundCorrected struct {
	RoundID, CorrectionID, Why string
	Wronged                    int
}

// WrongMended tells a guardian what a child gets whom a fault of the draw wronged.
type WrongMended struct {
	RoundID, ApplicationID string
	Choice                 int
	Relief                 string
	DueOn                  clock.Date
}

// SeatsSet says how many seats a school has in a round.
type SeatsSet struct {
	RoundID, SchoolID string
	Seats, Reserved   int
}

// RoundOpened says that choices can be filed.
type RoundOpened struct {
	RoundID string
}

// RoundClosedEvent says that choices can be filed no more.
type RoundClosedEvent struct {
	RoundID string
}

// RoundCommittedEvent publishes the root of the list of entries.
type RoundCommittedEvent struct {
	RoundID, Root string
	Entries       int
}

// FigureTyped says that one officer typed the figure; it stays here.
type FigureTyped struct {
	RoundID string
}

// RoundDrawnEvent says that a pass gave places.
type RoundDrawnEvent struct {
	RoundID                string
	Pass, Placed, Unplaced int
}

// RoundEndedEvent says that a round is over.
type RoundEndedEvent struct {
	RoundID string
	Tasks   int
}

// ChoicesFiled says that a guardian filed or changed choices; it stays here.
type ChoicesFiled struct {
	RoundID, ApplicationID string
	Choices                int
}

// OutcomeDecided says what a pass gave a child.
type OutcomeDecided struct {
	RoundID, ApplicationID, Outcome string
	Choice, Pass                    int
}

// TaskOpened says that the bureau must find a place.
type TaskOpened struct {
	TaskID, ApplicationID string
	DueOn                 clock.Date
}

// TaskDoneEvent says that a place was accepted, or the application withdrawn.
type TaskDoneEvent struct {
	TaskID, ApplicationID string
}

// AppealFiledEvent says that a guardian appealed.
type AppealFiledEvent struct {
	AppealID, ApplicationID, Ground string
	DueOn                           clock.Date
}

// AppealDecided says how an appeal was decided.
type AppealDecided struct {
	AppealID, ApplicationID, Outcome, Remedy string
}

// GrantAskedEvent says that a guardian asked for the vocational grant.
type GrantAskedEvent struct {
	ApplicationID string
}

// GrantApprovedEvent says that a grant was approved.
type GrantApprovedEvent struct {
	ApplicationID string
}

func (RoundChanged) happened()         {}
func (RoundCancelledEvent) happened()  {}
func (RoundNoticed) happened()         {}
func (DoublesFound) happened()         {}
func (DoubleDecided) happened()        {}
func (CorrectionProposed) happened()   {}
func (CorrectionDropped) happened()    {}
func (RoundCorrected) happened()       {}
func (WrongMended) happened()          {}
func (SchoolOpened) happened()         {}
func (ApplicationSubmitted) happened() {}
func (ApplicationWithdrawn) happened() {}
func (PlaceOffered) happened()         {}
func (PlaceAccepted) happened()        {}
func (PlaceDeclined) happened()        {}
func (PlaceUndone) happened()          {}
func (LapsedOffer) happened()          {}
func (EvidenceChanged) happened()      {}
func (RoundPlannedEvent) happened()    {}
func (SeatsSet) happened()             {}
func (RoundOpened) happened()          {}
func (RoundClosedEvent) happened()     {}
func (RoundCommittedEvent) happened()  {}
func (FigureTyped) happened()          {}
func (RoundDrawnEvent) happened()      {}
func (RoundEndedEvent) happened()      {}
func (ChoicesFiled) happened()         {}
func (OutcomeDecided) happened()       {}
func (TaskOpened) happened()           {}
func (TaskDoneEvent) happened()        {}
func (AppealFiledEvent) happened()     {}
func (AppealDecided) happened()        {}
func (GrantAskedEvent) happened()      {}
func (GrantApprovedEvent) happened()   {}
