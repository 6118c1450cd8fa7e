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

// ListPublished says that a list's positions were written down.
type ListPublished struct {
	County  string
	Kind    Kind
	Entries int
}

// RoundOpened says that homes are handed out from a list.
type RoundOpened struct {
	RoundID        string
	Kind           Kind
	Homes, Entries int
	Root           string
}

// RoundChanged says that other homes are in the round.
type RoundChanged struct {
	RoundID string
	Homes   int
}

// FigureEntered says that one officer entered the figure.
type FigureEntered struct {
	RoundID string
}

// RoundDrawnEvent says that two officers confirmed the figure and the draw is made.
type RoundDrawnEvent struct {
	RoundID, Root string
}

// RoundClosedEvent says that nothing more is offered from the round.
type RoundClosedEvent struct {
	RoundID string
}

// RentRecorded says that rent was paid.
type RentRecorded struct {
	LeaseID, Month string
	AmountFen      int64
}

// VacancyNoted says since when a home stands empty, if it does.
type VacancyNoted struct {
	LeaseID string
	Since   clock.Date
}

// ReviewOpened says that a clock asked a person to look.
type ReviewOpened struct {
	ReviewID, LeaseID, Ground string
}

// ReviewClosed says that a person looked.
type ReviewClosed struct {
	ReviewID, Outcome string
}

// RenewalDue says that another term can be asked for.
type RenewalDue struct {
	LeaseID string
	ApplyBy clock.Date
}

// RenewalAsked says that the tenant asked for another term.
type RenewalAsked struct {
	RenewalID, LeaseID string
}

// RenewalDecided says that a person decided on another term.
type RenewalDecided struct {
	RenewalID, LeaseID, Outcome string
	EndsOn                      clock.Date
}

// LeaseEnded says that the tenant left.
type LeaseEnded struct {
	LeaseID string
	EndedOn clock.Date
}

// RepairReported says that something is broken.
type RepairReported struct {
	RepairID, LeaseID, What string
}

// RepairPlanned says when somebody comes.
type RepairPlanned struct {
	RepairID  string
	PlannedOn clock.Date
}

// RepairDone says that it was mended, as the department sees it.
type RepairDone struct {
	RepairID string
}

// RepairConfirmed says whether it works, as the tenant sees it.
type RepairConfirmed struct {
	RepairID string
	Works    bool
}

// ExitNoticed says that the tenant is to be told and asked.
type ExitNoticed struct {
	ExitID, LeaseID, Ground string
	AnswerDays              int
}

// ExitAnswered says what the tenant answered; it stays here.
type ExitAnswered struct {
	ExitID, Answer string
}

// ExitDecided says what another officer decided.
type ExitDecided struct {
	ExitID, LeaseID, Outcome string
	LeaveBy                  clock.Date
}

// ExitAppealed says that the tenant appealed; it stays here.
type ExitAppealed struct {
	ExitID string
}

// ExitAppealDecided says what a third officer decided.
type ExitAppealDecided struct {
	ExitID, LeaseID, Outcome string
}

// PlacesAsked says that an employer asked for dormitory places.
type PlacesAsked struct {
	RequestID, EmployerID string
	Places                int
}

// PlacesGranted says how many can be taken.
type PlacesGranted struct {
	RequestID string
	Places    int
}

// RoundCancelled says that a round ended before it had results.
type RoundCancelled struct{ RoundID, Why string }

// RoundNoticed tells who was in a round that it was cancelled.
type RoundNoticed struct{ RoundID, ApplicationID, Why string }

// HouseholdDecided says whether two applications are one household.
type HouseholdDecided struct {
	ApplicationID, Outcome string
	Kept                   bool
	Why                    string
}

// RoundCorrected says that a corrected order was published beside the first.
type RoundCorrected struct {
	RoundID, CorrectionID, Why string
	Wronged                    int
}

// WrongMended tells an applicant whom a fault wronged what is given for it.
type WrongMended struct {
	RoundID, ApplicationID string
	DueOn                  clock.Date
}

func (RoundCancelled) happened()   {}
func (RoundNoticed) happened()     {}
func (HouseholdDecided) happened() {}

// PrioritySaid says that a household said, or took back, that it is a relief
// household; it stays here.
type PrioritySaid struct{ ApplicationID string }

// PriorityLookedAt says what an officer found of it.
type PriorityLookedAt struct {
	ApplicationID string
	Outcome       PriorityState
}

func (PrioritySaid) happened()     {}
func (PriorityLookedAt) happened() {}
func (RoundCorrected) happened()   {}
func (WrongMended) happened()      {}

// DrawWordGiven says that the applicant's own word joins the next draw.
type DrawWordGiven struct{ ApplicationID string }

func (DrawWordGiven) happened() {}

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
func (ListPublished) happened()        {}
func (RoundOpened) happened()          {}
func (RoundChanged) happened()         {}
func (FigureEntered) happened()        {}
func (RoundDrawnEvent) happened()      {}
func (RoundClosedEvent) happened()     {}
func (RentRecorded) happened()         {}
func (VacancyNoted) happened()         {}
func (ReviewOpened) happened()         {}
func (ReviewClosed) happened()         {}
func (RenewalDue) happened()           {}
func (RenewalAsked) happened()         {}
func (RenewalDecided) happened()       {}
func (LeaseEnded) happened()           {}
func (RepairReported) happened()       {}
func (RepairPlanned) happened()        {}
func (RepairDone) happened()           {}
func (RepairConfirmed) happened()      {}
func (ExitNoticed) happened()          {}
func (ExitAnswered) happened()         {}
func (ExitDecided) happened()          {}
func (ExitAppealed) happened()         {}
func (ExitAppealDecided) happened()    {}
func (PlacesAsked) happened()          {}
func (PlacesGranted) happened()        {}
