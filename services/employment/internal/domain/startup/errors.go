package startup

import (
	"github.com/qiao-platform/qiao/pkg/errs"
)

// Errors of start-up help.
var (
	ErrGuide = errs.New(errs.Invalid, "employment.startup.guide", "There is no such guide.")

	ErrSlot           = errs.New(errs.Invalid, "employment.adviser.slot", "The time is not a day to come, within the day, of 10 to 240 minutes.")
	ErrAdviser        = errs.New(errs.Invalid, "employment.adviser.number", "The adviser's staff number is not 2 to 32 signs.")
	ErrSlotTwice      = errs.New(errs.Conflict, "employment.adviser.slot_twice", "The adviser has that time already.")
	ErrSlotUnknown    = errs.New(errs.NotFound, "employment.adviser.slot_unknown", "There is no such time.")
	ErrSlotTaken      = errs.New(errs.Conflict, "employment.adviser.taken", "Somebody else has booked that time.")
	ErrSlotOver       = errs.New(errs.Conflict, "employment.adviser.over", "That time is over.")
	ErrTopic          = errs.New(errs.Invalid, "employment.adviser.topic", "The topic is not one of the list.")
	ErrBookingOverlap = errs.New(errs.Conflict, "employment.adviser.overlap", "The worker has another booking at that time.")
	ErrBookingUnknown = errs.New(errs.NotFound, "employment.adviser.booking_unknown", "There is no such booking.")
	ErrBookingState   = errs.New(errs.Conflict, "employment.adviser.booking_state", "The booking was cancelled already.")

	ErrLoanBank    = errs.New(errs.Invalid, "employment.loan.bank", "The bank is not one that takes requests.")
	ErrLoanAmount  = errs.New(errs.Invalid, "employment.loan.amount", "The amount is not above zero, or above what a person can have.")
	ErrLoanYears   = errs.New(errs.Invalid, "employment.loan.years", "The years are not at least one, or longer than the loan can run.")
	ErrLoanConsent = errs.New(errs.Invalid, "employment.loan.consent", "A request goes to a bank only with the worker's separate consent.")
	ErrLoanUnknown = errs.New(errs.NotFound, "employment.loan.unknown", "There is no such loan request.")
	ErrLoanState   = errs.New(errs.Conflict, "employment.loan.state", "The request was taken back already.")

	ErrPremises        = errs.New(errs.Invalid, "employment.premises", "The kind, the title, the area or the rent of the premises cannot be.")
	ErrPremisesUnknown = errs.New(errs.NotFound, "employment.premises.unknown", "There are no such premises.")
	ErrPremisesTwice   = errs.New(errs.Conflict, "employment.premises.twice", "The worker has asked for these premises already.")
	ErrRequestUnknown  = errs.New(errs.NotFound, "employment.premises.request_unknown", "There is no such request.")
	ErrRequestState    = errs.New(errs.Conflict, "employment.premises.request_state", "The request was taken back already.")

	ErrTaxInput = errs.New(errs.Invalid, "employment.tax.input", "Sales and income must not be below zero, and the group one of the list.")
)
