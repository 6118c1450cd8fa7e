// Package domain is what the housing department knows: homes, applications,
// the dated rules that say who is eligible, offers that the worker answers,
// and leases. A machine says what the rules say; a person refuses.
package domain

import "github.com/qiao-platform/qiao/pkg/errs"

// Errors of this department.
var (
	ErrKind      = errs.New(errs.Invalid, "housing.kind", "The kind of home must be public_rental, affordable_rental, rent_subsidy or dormitory.")
	ErrCounty    = errs.New(errs.Invalid, "housing.county", "This is not the code of a county here.")
	ErrEstate    = errs.New(errs.Invalid, "housing.home.estate", "The estate's name is missing or too long.")
	ErrNumber    = errs.New(errs.Invalid, "housing.home.number", "The home's number is missing or too long.")
	ErrLayout    = errs.New(errs.Invalid, "housing.home.layout", "The layout is too long.")
	ErrReference = errs.New(errs.Invalid, "housing.home.reference", "The reference is too long.")
	ErrArea      = errs.New(errs.Invalid, "housing.home.area", "The area must be more than nothing.")
	ErrUnlikely  = errs.New(errs.Invalid, "housing.home.implausible", "Such an area or rent cannot be meant; look at the unit and whether a digit is too many or too few.")
	ErrRent      = errs.New(errs.Invalid, "housing.home.rent", "The rent cannot be negative.")

	ErrHomeUnknown  = errs.New(errs.NotFound, "housing.home.unknown", "There is no such home.")
	ErrHomeTaken    = errs.New(errs.Conflict, "housing.home.taken", "This home is offered to somebody or let.")
	ErrHomeMismatch = errs.New(errs.Conflict, "housing.home.mismatch", "This home is of another county or kind than was applied for.")
	ErrPage         = errs.New(errs.Invalid, "housing.page", "The place in the list or the number of entries is not valid.")

	ErrHousehold          = errs.New(errs.Invalid, "housing.application.household", "A household has 1 to 20 members.")
	ErrApplicationUnknown = errs.New(errs.NotFound, "housing.application.unknown", "There is no such application.")
	ErrApplicationTwice   = errs.New(errs.Conflict, "housing.application.twice", "There is an open application for this kind of home in this county.")
	ErrApplicationState   = errs.New(errs.Conflict, "housing.application.state", "The application's state does not allow this now.")

	ErrNoDecision    = errs.New(errs.Conflict, "housing.decision.not_needed", "A dormitory needs no decision on eligibility.")
	ErrRefusalCode   = errs.New(errs.Invalid, "housing.refusal.code", "The reason of a refusal must be a code of letters, digits, dots and hyphens.")
	ErrRefusalGround = errs.New(errs.Conflict, "housing.refusal.no_ground", "The rules are all met; there is no ground to refuse.")
	ErrReopened      = errs.New(errs.Conflict, "housing.decision.reopened", "The decision is being looked at again because a fact under it changed; the offer is kept meanwhile.")

	ErrOfferUnknown = errs.New(errs.NotFound, "housing.offer.unknown", "There is no such offer.")
	ErrOfferState   = errs.New(errs.Conflict, "housing.offer.state", "The offer's state does not allow this now.")
	ErrOfferLapsed  = errs.New(errs.Conflict, "housing.offer.lapsed", "The time to answer this offer is over; the application keeps its place.")
	ErrUndoOwn      = errs.New(errs.Conflict, "housing.undo.own", "This acceptance was given in person; only one given by somebody else can be undone.")
	ErrUndoLate     = errs.New(errs.Conflict, "housing.undo.late", "The time to undo this acceptance is over.")

	ErrLeaseTerm  = errs.New(errs.Invalid, "housing.lease.term", "The lease must begin no earlier than its offer was accepted, end after it begins, and last no longer than the rules allow.")
	ErrLeaseEarly = errs.New(errs.Conflict, "housing.lease.undo_open", "Somebody else accepted for the worker, who can still undo it; until then only the worker in person signs.")

	ErrSubsidyPlace = errs.New(errs.Invalid, "housing.home.subsidy", "A place of the rent subsidy has neither area nor rent.")
	ErrDeclaredArea = errs.New(errs.Invalid, "housing.application.area", "The area lived in now is 0 to 1,000 square metres.")
	ErrWord         = errs.New(errs.Invalid, "housing.application.word", "The word for the draw is missing or too long.")
	ErrRequestKind  = errs.New(errs.Invalid, "housing.application.request", "Only a dormitory place is taken from an employer's request.")

	ErrRoundUnknown   = errs.New(errs.NotFound, "housing.round.unknown", "There is no such round.")
	ErrRoundKind      = errs.New(errs.Invalid, "housing.round.kind", "Dormitory places are not handed out in rounds.")
	ErrRoundHomes     = errs.New(errs.Invalid, "housing.round.homes", "A round needs at least one home.")
	ErrRoundHomeTwice = errs.New(errs.Invalid, "housing.round.home_twice", "A home is in the round twice.")
	ErrRoundHomeTaken = errs.New(errs.Conflict, "housing.round.home_taken", "A home is in another round that is open.")
	ErrRoundBelow     = errs.New(errs.Conflict, "housing.round.below", "A home that was offered stays in its round.")
	ErrRoundEmpty     = errs.New(errs.Conflict, "housing.round.empty", "Nobody waits on this list.")
	ErrRoundOpen      = errs.New(errs.Conflict, "housing.round.open", "A round of this list is open.")
	ErrRoundState     = errs.New(errs.Conflict, "housing.round.state", "The round's state does not allow this now.")
	ErrRoundClosed    = errs.New(errs.Conflict, "housing.round.closed", "The round is closed.")
	ErrRoundTampered  = errs.New(errs.Internal, "housing.round.tampered", "What would be offered is not what follows from the published list; nothing was offered.")
	ErrRoundDrawn     = errs.New(errs.Conflict, "housing.round.drawn", "The round's order is final.")
	ErrRoundFigure    = errs.New(errs.Invalid, "housing.round.figure_name", "Some have equal points and the same day: say which public figure decides, and on which later day it is published.")
	ErrRoundNobody    = errs.New(errs.Conflict, "housing.round.nobody", "No home of the round is free, or nobody is left to be offered one.")
	ErrFigure         = errs.New(errs.Invalid, "housing.round.figure", "The figure is missing or too long.")
	ErrFigureEarly    = errs.New(errs.Conflict, "housing.round.figure_early", "The figure is not published before its day.")
	ErrFigureOfficer  = errs.New(errs.Conflict, "housing.round.figure_officer", "Another officer confirms the figure.")
	ErrFigureDiffers  = errs.New(errs.Conflict, "housing.round.figure_differs", "The two officers read different figures; look again.")
	ErrNoBundle       = errs.New(errs.NotFound, "housing.round.no_draw", "Nothing was drawn in this round.")

	ErrLeaseUnknown = errs.New(errs.NotFound, "housing.lease.unknown", "There is no such lease.")
	ErrLeaseLeft    = errs.New(errs.Conflict, "housing.lease.left", "The tenant has left this home.")
	ErrLeaveOther   = errs.New(errs.Denied, "housing.lease.leave_other", "Only the tenant himself ends his lease by his own wish.")
	ErrLeaveDay     = errs.New(errs.Invalid, "housing.lease.leave_day", "The day of leaving lies before the lease or in the future. A lease that has not begun ends on the day on which you say so.")
	ErrVacantDay    = errs.New(errs.Invalid, "housing.lease.vacant_day", "The home cannot stand empty since before the lease or from a future day.")
	ErrRentMonth    = errs.New(errs.Invalid, "housing.rent.month", "This month is none of the lease.")
	ErrRentAmount   = errs.New(errs.Invalid, "housing.rent.amount", "A payment is more than nothing.")
	ErrRentDay      = errs.New(errs.Invalid, "housing.rent.day", "The day of the payment is missing or lies in the future.")

	ErrRenewalUnknown = errs.New(errs.NotFound, "housing.renewal.unknown", "There is no such request for another term.")
	ErrRenewalEarly   = errs.New(errs.Conflict, "housing.renewal.early", "Another term cannot be asked for yet.")
	ErrRenewalTwice   = errs.New(errs.Conflict, "housing.renewal.twice", "Another term was asked for and is being decided.")
	ErrRenewalState   = errs.New(errs.Conflict, "housing.renewal.state", "This was decided before.")

	ErrRepairUnknown = errs.New(errs.NotFound, "housing.repair.unknown", "There is no such repair.")
	ErrRepairKind    = errs.New(errs.Invalid, "housing.repair.what", "Say what is broken: heating, water, electricity, door_window, roof or other.")
	ErrRepairState   = errs.New(errs.Conflict, "housing.repair.state", "The repair's state does not allow this now.")
	ErrRepairDay     = errs.New(errs.Invalid, "housing.repair.day", "A repair is planned for today or later.")

	ErrReviewUnknown = errs.New(errs.NotFound, "housing.review.unknown", "There is no such task.")
	ErrReviewClosed  = errs.New(errs.Conflict, "housing.review.closed", "Somebody has looked at this before.")
	ErrReviewOutcome = errs.New(errs.Invalid, "housing.review.outcome", "Say what you found: settled, agreed or noticed.")

	ErrExitUnknown    = errs.New(errs.NotFound, "housing.exit.unknown", "There is no such notice.")
	ErrExitGround     = errs.New(errs.Invalid, "housing.exit.ground", "The rules name no such ground.")
	ErrExitArrears    = errs.New(errs.Conflict, "housing.exit.arrears", "So many months of rent are not owed.")
	ErrExitTwice      = errs.New(errs.Conflict, "housing.exit.twice", "A notice on this lease is open.")
	ErrExitState      = errs.New(errs.Conflict, "housing.exit.state", "The notice's state does not allow this now.")
	ErrExitAnswer     = errs.New(errs.Invalid, "housing.exit.answer", "The answer is disputes, paid, needs_time or agrees.")
	ErrExitOfficer    = errs.New(errs.Conflict, "housing.exit.officer", "Another officer decides this.")
	ErrExitEarly      = errs.New(errs.Conflict, "housing.exit.early", "The tenant has not answered, and the time to answer has not passed since the notice arrived.")
	ErrExitLeaveBy    = errs.New(errs.Invalid, "housing.exit.leave_by", "The tenant needs more time to move.")
	ErrExitAppealLate = errs.New(errs.Conflict, "housing.exit.appeal_late", "The time to appeal here has passed; reconsideration stays open.")
	ErrExitStands     = errs.New(errs.Conflict, "housing.exit.not_final", "The decision can still be appealed, or the day to leave has not come.")

	ErrPlaces         = errs.New(errs.Invalid, "housing.places.count", "The number of places cannot be right.")
	ErrPlacesUnknown  = errs.New(errs.NotFound, "housing.places.unknown", "There is no such request for places.")
	ErrPlacesTaken    = errs.New(errs.Conflict, "housing.places.taken", "All places that were given are taken.")
	ErrPlacesBelow    = errs.New(errs.Conflict, "housing.places.below", "More places are taken already.")
	ErrPlacesMismatch = errs.New(errs.Conflict, "housing.places.mismatch", "The request is of another county.")

	ErrFundGround = errs.New(errs.Invalid, "housing.fund.ground", "The rules name no such ground for a withdrawal.")
)
