// Package app is the use cases of social insurance, one a file. Each loads
// state, decides in the domain and saves the new state with its events, all in
// the transaction that its caller opened.
package app

import (
	"context"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/services/insurance/internal/domain"
)

// Store is what the use cases need of storage, within one transaction. Loads
// that a decision rests on lock what they return.
type Store interface {
	// Duty returns ErrDutyUnknown where there is none.
	Duty(id string) (domain.Duty, error)
	// DutyOfHire reports false where the hire has brought none.
	DutyOfHire(hireID string) (domain.Duty, bool, error)
	SaveDuty(ctx context.Context, d domain.Duty, events ...domain.Event) error
	// Cover returns ErrCoverUnknown where there is none.
	Cover(id string) (domain.Cover, error)
	// CoverOfHire reports false where the worker was not enrolled for the hire.
	CoverOfHire(hireID string) (domain.Cover, bool, error)
	SaveCover(ctx context.Context, c domain.Cover, events ...domain.Event) error
	// CreditMonth notes a month of an enrolment, or returns ErrMonthTwice.
	CreditMonth(enrolmentID string, m domain.Month) error
	// CheckDutyAt has CheckDuty run for a duty at a time.
	CheckDutyAt(ctx context.Context, dutyID string, at time.Time) error
	// AskAge has the registry asked, and RequestEnrolment run for a duty.
	AskAge(ctx context.Context, dutyID string, at time.Time) error
	// Peek reads a duty without locking it.
	Peek(id string) (domain.Duty, error)
	DutiesOf(worker string) ([]domain.Duty, error)
	CoversOf(worker string) ([]domain.Cover, error)
	// StandingDuties lists those that are not fulfilled and not closed, StandingCovers
	// those that go on, or could while the hire lasts.
	StandingDuties(worker string) ([]domain.Duty, error)
	StandingCovers(worker string) ([]domain.Cover, error)
	// Duties lists duties by their last day.
	Duties(q DutyQuery) ([]domain.Duty, error)
	// Debtors sums by employer what is owed, by the first last day.
	Debtors(q DutyQuery) ([]Debtor, error)
	// Enrolments lists enrolments with their employers, newest first.
	Enrolments(q EnrolmentQuery) ([]Enrolment, error)
	// Enrolment returns one without locking it, or ErrCoverUnknown.
	Enrolment(id string) (Enrolment, error)
	// Credited lists the credited months of an enrolment, oldest first.
	Credited(enrolmentID string) ([]domain.Month, error)
	// TakeBackMonth forgets a credited month, or returns ErrNotCredited.
	TakeBackMonth(enrolmentID string, m domain.Month) error
	// Read writes to the worker's access log what the caller is shown.
	Read(ctx context.Context, worker, county, caseID string, kinds ...string) error
}

// DutyQuery chooses duties, those behind the mark (AfterDay, AfterID) only; blank parts
// filter nothing.
type DutyQuery struct {
	Counties          string // divisions, as sqldb.Within takes them
	County            string
	State             string // Owed, or a state
	EmployerID        string
	AfterDay, AfterID string
	Limit             int
}

// Owed chooses the duties that are open or overdue.
const Owed = "owed"

// Debtor is an employer with what it owes, and the first last day.
type Debtor struct {
	EmployerID    string
	Owed, Overdue int
	DueOn         clock.Date
}

// Enrolment is a cover with the employer through whom it is.
type Enrolment struct {
	domain.Cover
	EmployerID string
}

// EnrolmentQuery chooses enrolments; blank parts filter nothing.
type EnrolmentQuery struct {
	Counties, County string
	EmployerID       string
	State            string // active, stopped
	Before           string // older than this one
	Limit            int
}

// App is the department's use cases.
type App struct {
	Clock    clock.Clock
	Rules    *rule.Book
	Calendar *clock.Calendar
	NewID    func() string
}
