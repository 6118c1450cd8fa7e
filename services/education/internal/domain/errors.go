package domain

import "github.com/qiao-platform/qiao/pkg/errs"

// Errors of this department.
var (
	ErrCounty    = errs.New(errs.Invalid, "education.county", "There is no such county in the prefecture.")
	ErrTownship  = errs.New(errs.Invalid, "education.township", "There is no such township in the county.")
	ErrStage     = errs.New(errs.Invalid, "education.stage", "The stage must be preschool, primary or junior.")
	ErrKind      = errs.New(errs.Invalid, "education.school.kind", "A school is public or private.")
	ErrName      = errs.New(errs.Invalid, "education.school.name", "The school's name is missing or too long.")
	ErrPlaces    = errs.New(errs.Invalid, "education.school.places", "The number of places cannot be negative.")
	ErrReference = errs.New(errs.Invalid, "education.school.reference", "The reference is too long.")

	ErrSchoolUnknown = errs.New(errs.NotFound, "education.school.unknown", "There is no such school.")
	ErrSchoolStage   = errs.New(errs.Conflict, "education.school.stage", "This school is of another stage than was applied for.")
	ErrSchoolFull    = errs.New(errs.Conflict, "education.school.full", "This school has no free place.")

	ErrWishes             = errs.New(errs.Invalid, "education.application.wishes", "A school was named twice, or too many were named.")
	ErrChildUnknown       = errs.New(errs.NotFound, "education.child.unknown", "This guardian has no such child.")
	ErrApplicationUnknown = errs.New(errs.NotFound, "education.application.unknown", "There is no such application.")
	ErrApplicationTwice   = errs.New(errs.Conflict, "education.application.twice", "There is an application for this child and stage already.")
	ErrApplicationState   = errs.New(errs.Conflict, "education.application.state", "The application's state does not allow this now.")

	ErrPaper = errs.New(errs.Invalid, "education.paper", "The paper's kind, form, dates or months cannot be right.")

	ErrOfferUnknown = errs.New(errs.NotFound, "education.offer.unknown", "There is no such offer.")
	ErrOfferState   = errs.New(errs.Conflict, "education.offer.state", "The offer's state does not allow this now.")
	ErrOfferLapsed  = errs.New(errs.Conflict, "education.offer.lapsed", "The time to answer this offer is over; the application keeps its place.")
	ErrUndoOwn      = errs.New(errs.Conflict, "education.undo.own", "This acceptance was given in person; only one given by somebody else can be undone.")
	ErrUndoLate     = errs.New(errs.Conflict, "education.undo.late", "The time to undo this acceptance is over.")
)
