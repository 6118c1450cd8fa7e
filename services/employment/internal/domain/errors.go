// Package domain is what the employment department knows: employers and their
// vacancies, which words a vacancy must not use, applications and offers that
// only the worker accepts, and hires from their first day to their end.
package domain

import "github.com/qiao-platform/qiao/pkg/errs"

// Errors of this department. The codes without a prefix are the reasons that
// an import counts.
var (
	ErrEmployerUnknown = errs.New(errs.NotFound, "employer_unknown", "No employer is registered under that code.")
	ErrEmployerName    = errs.New(errs.Invalid, "employment.employer.name", "The employer's name is not 2 to 100 signs.")
	ErrIndustry        = errs.New(errs.Invalid, "employment.employer.industry", "The industry is not a section of the classification of industries.")
	ErrCounty          = errs.New(errs.Invalid, "employment.county", "The county is not one of the prefecture.")
	ErrOccupation      = errs.New(errs.Invalid, "employment.occupation", "The occupation is not a group that is offered in job search.")
	ErrWorker          = errs.New(errs.Invalid, "employment.worker", "The request does not say which worker.")

	ErrHeadcount      = errs.New(errs.Invalid, "headcount", "A vacancy needs at least one place.")
	ErrWageRange      = errs.New(errs.Invalid, "wage_range", "The wages must be above zero, the lower not above the upper.")
	ErrVacancyTitle   = errs.New(errs.Invalid, "employment.vacancy.title", "The title is not 1 to 100 signs.")
	ErrVacancyText    = errs.New(errs.Invalid, "employment.vacancy.text", "The requirements or the reference are too long.")
	ErrSeason         = errs.New(errs.Invalid, "employment.vacancy.season", "The season is not two real days, the first not after the last.")
	ErrVacancyUnknown = errs.New(errs.NotFound, "employment.vacancy.unknown", "There is no such vacancy.")
	ErrVacancyClosed  = errs.New(errs.Conflict, "employment.vacancy.closed", "The vacancy is closed.")
	ErrVacancyFull    = errs.New(errs.Conflict, "employment.vacancy.full", "All places of the vacancy are taken.")
	ErrSearch         = errs.New(errs.Invalid, "employment.vacancy.search", "A filter of the search cannot be read.")

	ErrDiscriminatory = errs.New(errs.Invalid, "discriminatory", "The text shuts people out for a reason that the law forbids; a clerk can look at it.")
	ErrFeeOrDeposit   = errs.New(errs.Invalid, "fee_or_deposit", "The text asks the worker for money, security or documents; a clerk can look at it.")
	ErrUnderAge       = errs.New(errs.Invalid, "under_age_vacancy", "The text offers work to children; a clerk can look at it.")
	ErrClerk          = errs.New(errs.Conflict, "employment.vacancy.clerk", "The text names one gender where the law has a limit for underground work; a clerk must look at it.")

	ErrProfile        = errs.New(errs.Invalid, "employment.profile", "The wished wage, the education or the day of the profile cannot be read.")
	ErrProfileUnknown = errs.New(errs.NotFound, "employment.profile.unknown", "There is no such profile.")

	ErrApplicationUnknown = errs.New(errs.NotFound, "employment.application.unknown", "There is no such application.")
	ErrApplicationTwice   = errs.New(errs.Conflict, "employment.application.twice", "The worker has applied for this vacancy already.")
	ErrApplicationState   = errs.New(errs.Conflict, "employment.application.state", "The state of the application does not allow this.")
	ErrTooYoung           = errs.New(errs.Conflict, "employment.application.too_young", "The law keeps work with these hazards for people of full age.")

	ErrOfferUnknown  = errs.New(errs.NotFound, "employment.offer.unknown", "There is no such offer.")
	ErrOfferState    = errs.New(errs.Conflict, "employment.offer.state", "The state of the offer does not allow this.")
	ErrOfferLapsed   = errs.New(errs.Conflict, "employment.offer.lapsed", "The time to answer this offer is over; the application keeps its place.")
	ErrBelowPosted   = errs.New(errs.Invalid, "employment.offer.below_posted", "The offered wage is below the lowest wage of the vacancy.")
	ErrTerm          = errs.New(errs.Invalid, "employment.term", "The term is not a real first day, and a later last day or none.")
	ErrUndoInPerson  = errs.New(errs.Conflict, "employment.offer.undo_in_person", "The worker accepted in person; the hire can be ended instead.")
	ErrUndoLate      = errs.New(errs.Conflict, "employment.offer.undo_late", "The time to take the acceptance back is over; the hire can be ended or disputed instead.")
	ErrHireUnknown   = errs.New(errs.NotFound, "employment.hire.unknown", "There is no such hire.")
	ErrHireTwice     = errs.New(errs.Conflict, "employment.hire.twice", "The employer has stated a hire of this worker already.")
	ErrHireState     = errs.New(errs.Conflict, "employment.hire.state", "The state of the hire does not allow this.")
	ErrHireWage      = errs.New(errs.Invalid, "employment.hire.wage", "The wage must not be negative.")
	ErrHireEndedOn   = errs.New(errs.Invalid, "employment.hire.ended_on", "The last day is not a real day, or lies before the first.")
	ErrHireEndGround = errs.New(errs.Invalid, "employment.hire.ground", "The ground must be resigned, expired, dismissed or agreed.")
)
