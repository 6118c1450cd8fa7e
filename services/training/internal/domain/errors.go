package domain

import "github.com/qiao-platform/qiao/pkg/errs"

// Errors of this department.
var (
	ErrCourseUnknown    = errs.New(errs.NotFound, "training.course.unknown", "There is no such course.")
	ErrCourseText       = errs.New(errs.Invalid, "training.course.text", "The course needs a provider, a title and a reference of at most 200 signs each.")
	ErrOccupation       = errs.New(errs.Invalid, "training.course.occupation", "The occupation is not a group of the occupation classification.")
	ErrLevel            = errs.New(errs.Invalid, "training.course.level", "The level is not one of the five skill levels and not a special ability.")
	ErrUnlikely         = errs.New(errs.Invalid, "training.course.implausible", "So many hours, places or so much subsidy cannot be meant; look whether a digit is too many.")
	ErrHours            = errs.New(errs.Invalid, "training.course.hours", "A course lasts at least one hour.")
	ErrPlaces           = errs.New(errs.Invalid, "training.course.places", "A course has at least one place.")
	ErrCourseKind       = errs.New(errs.Invalid, "training.course.kind", "The kind of the course must be general, order, targeted or post.")
	ErrSubsidy          = errs.New(errs.Invalid, "training.course.subsidy", "The subsidy must not be negative.")
	ErrCounty           = errs.New(errs.Invalid, "training.course.county", "The county is not one of the prefecture.")
	ErrReferenceTaken   = errs.New(errs.Conflict, "training.course.reference", "Another course of the provider has this reference.")
	ErrCourseStarted    = errs.New(errs.Conflict, "training.course.started", "The course has started already.")
	ErrCourseNotStarted = errs.New(errs.Conflict, "training.course.not_started", "The course has not started yet.")
	ErrVenue            = errs.New(errs.Invalid, "training.course.venue", "Where the course is held, and how to reach the provider, take at most 200 and 50 signs.")
	ErrEndsBefore       = errs.New(errs.Invalid, "training.course.ends_before", "The course ends on its first day or later.")
	ErrStartPast        = errs.New(errs.Invalid, "training.course.start_past", "The first day must not lie in the past.")
	ErrPlacesTaken      = errs.New(errs.Conflict, "training.course.places_taken", "More places are taken or offered than that.")
	ErrCourseCancelled  = errs.New(errs.Conflict, "training.course.cancelled", "The course was cancelled.")
	ErrReason           = errs.New(errs.Invalid, "training.reason", "Choose the reason.")
	ErrNothingMarked    = errs.New(errs.Invalid, "training.results.none", "Mark at least one result.")
	ErrMarkedTwice      = errs.New(errs.Invalid, "training.results.twice", "One enrolment is marked twice.")
	ErrCertified        = errs.New(errs.Conflict, "training.results.certified", "A certificate rests on this result; take that back first.")
	ErrCursor           = errs.New(errs.Invalid, "training.course.cursor", "The page mark is not one that this list gave.")

	ErrEnrolmentUnknown = errs.New(errs.NotFound, "training.enrolment.unknown", "There is no such enrolment.")
	ErrEnrolledTwice    = errs.New(errs.Conflict, "training.enrolment.twice", "The worker is in this course or on its waiting list already.")
	ErrEnrolmentState   = errs.New(errs.Conflict, "training.enrolment.state", "The state of the enrolment does not allow this.")

	ErrOfferLapsed = errs.New(errs.Conflict, "training.offer.lapsed", "The time to answer is over; the worker kept the number on the waiting list.")
	ErrUndoOwn     = errs.New(errs.Conflict, "training.undo.in_person", "The worker accepted in person; a place can be given back at any time by leaving the course.")
	ErrUndoLate    = errs.New(errs.Conflict, "training.undo.late", "The time to take the acceptance back is over; a place can still be given back by leaving the course.")

	ErrCertificateKind   = errs.New(errs.Invalid, "training.certificate.kind", "The kind of the certificate must be skill_level, special_ability or completion.")
	ErrCertificateDate   = errs.New(errs.Invalid, "training.certificate.date", "A certificate is issued after the course began and not in the future.")
	ErrCertificateTwice  = errs.New(errs.Conflict, "training.certificate.twice", "The certificate for this course is issued already.")
	ErrCertificateNone   = errs.New(errs.NotFound, "training.certificate.unknown", "There is no such certificate.")
	ErrCertificateNumber = errs.New(errs.Invalid, "training.certificate.number", "The number of a certificate has at most 32 letters, digits and hyphens.")
	ErrNumberTaken       = errs.New(errs.Conflict, "training.certificate.number_taken", "Another certificate has this number.")
	ErrRevoked           = errs.New(errs.Conflict, "training.certificate.revoked", "The certificate was taken back already.")
	ErrNotCompleted      = errs.New(errs.Conflict, "training.certificate.not_completed", "Only who completed the course gets a certificate.")
)
