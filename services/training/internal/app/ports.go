// Package app is the use cases of training, one a file. Each loads state,
// decides in the domain and saves the new state with its events, all in the
// transaction that its caller opened.
package app

import (
	"context"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/services/training/internal/domain"
)

// Store is what the use cases need of storage, within one transaction. Loads
// that a decision rests on lock what they return; the course is always locked
// before its enrolments.
type Store interface {
	// AddCourse writes a course, or changes nothing where its provider has
	// published the reference before. It returns the id that holds.
	AddCourse(ctx context.Context, c domain.Course, events ...domain.Event) (id string, created bool, err error)
	// SameCourse finds and locks the provider's course of the same title, occupation,
	// level, kind, orderer and first day; of several, that of the same reference.
	SameCourse(c domain.Course) (known domain.Course, found bool, err error)
	// Course returns ErrCourseUnknown where there is none.
	Course(id string) (domain.Course, error)
	// PeekCourse is Course without locking it.
	PeekCourse(id string) (domain.Course, error)
	// SaveCourse writes a course, with events where it was corrected: what happens
	// to its places are the enrolments' events.
	SaveCourse(ctx context.Context, c domain.Course, events ...domain.Event) error
	// Courses lists courses by first day, without locking.
	Courses(q CourseQuery) ([]domain.Course, error)
	// Place returns an enrolment with its course, or ErrEnrolmentUnknown.
	Place(enrolmentID string) (domain.Course, domain.Enrolment, error)
	// Enrolled reports whether the worker is in the course and has not left it.
	Enrolled(courseID, worker string) (bool, error)
	// FirstWaiting reports false where nobody waits with a number behind this one.
	FirstWaiting(courseID string, behind int) (domain.Enrolment, bool, error)
	// OfferedTo is the enrolment whose last offer this is, or "".
	OfferedTo(offerID string) (enrolmentID string, err error)
	// Died reports whether a person's death is recorded; FirstWaiting passes over such.
	Died(worker string) (bool, error)
	SaveEnrolment(ctx context.Context, e domain.Enrolment, events ...domain.Event) error
	// OpenEnrolments lists the ids of the worker's enrolments that can still be left.
	OpenEnrolments(worker string) ([]string, error)
	EnrolmentsOf(worker string) ([]EnrolmentLine, error)
	// LiveEnrolments loads and locks the enrolments of a course that nobody left or concluded.
	LiveEnrolments(courseID string) ([]domain.Enrolment, error)
	// Class lists who is in a course and who waits, behind a mark.
	Class(q ClassQuery) ([]ClassLine, error)
	// Certificate returns ErrCertificateNone where there is none.
	Certificate(id string) (domain.Certificate, error)
	// CertificateOf finds the certificate of an enrolment that holds.
	CertificateOf(enrolmentID string) (domain.Certificate, bool, error)
	// Numbered reports whether a certificate that holds has a number.
	Numbered(number string) (bool, error)
	SaveCertificate(ctx context.Context, c domain.Certificate, events ...domain.Event) error
	// DuesFulfilledBy loads and locks the safety trainings that an enrolment fulfilled.
	DuesFulfilledBy(enrolmentID string) ([]domain.Due, error)
	// Read writes to the worker's access log what the caller is shown.
	Read(ctx context.Context, worker, county, caseID string, kinds ...string) error
	// AddCertificate returns ErrCertificateTwice where the enrolment has one.
	AddCertificate(ctx context.Context, c domain.Certificate, events ...domain.Event) error
	CertificatesOf(worker string) ([]domain.Certificate, error)
	// DueOfHire reports false where the hire has brought none.
	DueOfHire(hireID string) (domain.Due, bool, error)
	// OpenDues lists the safety trainings of an occupation that the worker still owes.
	OpenDues(worker, occupation string) ([]domain.Due, error)
	SaveDue(ctx context.Context, d domain.Due, events ...domain.Event) error
	DuesOf(worker string) ([]domain.Due, error)
	// Later leaves a task of a kind about an id, for a time.
	Later(ctx context.Context, kind, id string, at time.Time) error
}

// Kinds of tasks, and what the id is of.
const (
	TaskLapse      = "training.lapse_place" // of the offer
	TaskOfferAgain = "training.offer_again" // of the enrolment; migration 2 leaves them
)

// EnrolmentLine is an enrolment as its worker sees it.
type EnrolmentLine struct {
	domain.Enrolment
	Title    string
	StartsOn clock.Date
	Free     bool // a place is free for who waits: all who wait were asked, and nobody took it
	Position int  // on the waiting list, from 1; 0 for who does not wait

	Provider, Venue, Contact, County string
	EndsOn                           clock.Date
	UndoBy                           time.Time // zero where nothing can be undone
}

// ClassLine is an enrolment as the department that runs the course sees it.
type ClassLine struct {
	domain.Enrolment
	Rank        int // who has a place, who completed or not, who was offered one, who waits, who is gone
	Position    int
	Certificate domain.Certificate // that holds; a zero one where there is none
}

// ClassQuery asks for the enrolments of a course behind a mark.
type ClassQuery struct {
	CourseID            string
	AfterRank, AfterNum int
	AfterID             string
	Limit               int
}

// App is the department's use cases.
type App struct {
	Clock clock.Clock
	Rules *rule.Book
	Codes *ident.Tables
	NewID func() string
}

func (a *App) today() clock.Date { return clock.Today(a.Clock) }

// mayRun returns nil where the caller may run the courses of a county; those
// without a county are the prefecture's.
func (a *App) mayRun(ctx context.Context, county string) error {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return err
	}
	if county == "" {
		county = a.Codes.Prefecture().Code
	}
	return p.CoversDivision(county)
}
