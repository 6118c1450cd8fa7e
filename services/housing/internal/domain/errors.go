// Package domain is what the housing department knows: homes, applications,
// the dated rules that say who is eligible, offers that the worker answers,
// and leases. A machine says what the rules say; a person refuses.
package domain

import "github.com/qiao-platform/qiao/pkg/errs"

// Errors of this department.
var (
	ErrKind      = errs.New(errs.Invalid, "housing.kind", "The kind of home must be public_rental or dormitory.")
	ErrCounty    = errs.New(errs.Invalid, "housing.county", "This is not the code of a county here.")
	ErrEstate    = errs.New(errs.Invalid, "housing.home.estate", "The estate's name is missing or too long.")
	ErrNumber    = errs.New(errs.Invalid, "housing.home.number", "The home's number is missing or too long.")
	ErrLayout    = errs.New(errs.Invalid, "housing.home.layout", "The layout is too long.")
	ErrReference = errs.New(errs.Invalid, "housing.home.reference", "The reference is too long.")
	ErrArea      = errs.New(errs.Invalid, "housing.home.area", "The area must be more than nothing.")
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
)
