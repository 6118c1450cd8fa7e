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
	ErrManyPlaces     = errs.New(errs.Invalid, "headcount_implausible", "So many places cannot be meant; look whether a digit is too many.")
	ErrWageUnlikely   = errs.New(errs.Invalid, "wage_implausible", "Such a wage cannot be meant; look at the unit and whether it is written in thousands.")
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
	ErrClerk          = errs.New(errs.Conflict, "employment.vacancy.clerk", "The text has words that may be lawful here and shut people out elsewhere; a clerk must look at it.")

	ErrEmployerKind   = errs.New(errs.Invalid, "employment.employer.kind", "An employer is a firm or a household.")
	ErrHouseholdCode  = errs.New(errs.Invalid, "employment.employer.household_code", "A household has no credit code; leave it out.")
	ErrHouseholdPhone = errs.New(errs.Invalid, "employment.employer.household_phone", "A household needs a phone number.")

	ErrWageUnit     = errs.New(errs.Invalid, "employment.vacancy.wage_unit", "A wage is paid for a month, a day, an hour or a piece.")
	ErrBelowMinimum = errs.New(errs.Invalid, "below_minimum_wage", "The wage is below the minimum wage of the area.")
	ErrShifts       = errs.New(errs.Invalid, "employment.vacancy.shifts", "The shifts are day, night or rotating, each once.")
	ErrSchemes      = errs.New(errs.Invalid, "employment.vacancy.schemes", "One of the kinds of insurance is not known, or there twice.")
	ErrHazards      = errs.New(errs.Invalid, "employment.vacancy.hazards", "One of the hazards is not on the list, or there twice.")
	ErrTownship     = errs.New(errs.Invalid, "employment.township", "The township does not lie in the county, or nobody lives there.")
	ErrCertificate  = errs.New(errs.Invalid, "employment.vacancy.certificate", "A certificate needs an occupation that is offered in job search, and a known level or none.")

	ErrReviewUnknown = errs.New(errs.NotFound, "employment.review.unknown", "There is no such text before a clerk.")
	ErrReviewState   = errs.New(errs.Conflict, "employment.review.state", "A clerk has decided about this text already.")
	ErrReviewClean   = errs.New(errs.Conflict, "employment.review.clean", "The rules have nothing against this text; it can be published.")
	ErrReviewOutcome = errs.New(errs.Invalid, "employment.review.outcome", "The outcome is overruled or upheld, with a reason of its list.")
	ErrReviewReason  = errs.New(errs.Invalid, "employment.review.reason", "The reason for the employer is 2 to 500 signs.")
	ErrReviewFilter  = errs.New(errs.Invalid, "employment.review.filter", "The state is waiting, overruled or upheld.")

	ErrInterviewUnknown = errs.New(errs.NotFound, "employment.interview.unknown", "There is no such invitation.")
	ErrInterviewState   = errs.New(errs.Conflict, "employment.interview.state", "The state of the invitation does not allow this.")
	ErrInterviewTime    = errs.New(errs.Invalid, "employment.interview.time", "An interview lies in the future, and within a year.")
	ErrInterviewWay     = errs.New(errs.Invalid, "employment.interview.way", "An interview is held in person, by phone or by video.")
	ErrInterviewPlace   = errs.New(errs.Invalid, "employment.interview.place", "Say where the interview is held, in 2 to 100 signs.")
	ErrInterviewContact = errs.New(errs.Invalid, "employment.interview.contact", "Say whom to ask for, in at most 100 signs.")
	ErrInterviewPhone   = errs.New(errs.Invalid, "employment.interview.phone", "Give a telephone number under which the employer is reached.")
	ErrInterviewOpen    = errs.New(errs.Conflict, "employment.interview.open", "The applicant has an invitation already.")
	ErrNameOver         = errs.New(errs.Denied, "employment.interview.name_over", "The interview, or the work, is over for so long that the name is told no more.")
	ErrNameHidden       = errs.New(errs.Denied, "employment.interview.name_hidden", "The name is told after the applicant has accepted an interview.")

	ErrNeedMonth = errs.New(errs.Invalid, "employment.need.month", "The month is written as year-month, and is this one or one of the next 24.")
	ErrNeedCount = errs.New(errs.Invalid, "employment.need.count", "A need is a number of workers from 0 to 10,000.")
	ErrNeedTwice = errs.New(errs.Invalid, "employment.need.twice", "The report has two lines for one month, occupation and county.")
	ErrNeedEmpty = errs.New(errs.Invalid, "employment.need.empty", "The report has no line, or more than 200.")

	ErrSkills         = errs.New(errs.Invalid, "employment.profile.skills", "A skill or a certificate is a group that is offered in job search, each once, at most 12.")
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
