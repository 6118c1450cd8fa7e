package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
	"github.com/qiao-platform/qiao/services/employment/internal/match"
)

// OpenVacancies finds the best open vacancies for a worker.
type OpenVacancies interface {
	Top(q match.Query) []match.Hit
}

// Matching is what texts before a clerk, suggestions, interviews and the
// seasonal need want of storage. What is said of Store holds here too.
type Matching interface {
	// Review returns ErrReviewUnknown where there is none.
	Review(id string) (domain.Review, error)
	PeekReview(id string) (domain.Review, error)
	// WaitingReview finds the same text of the employer that waits already.
	WaitingReview(employerID, digest string) (id string, found bool, err error)
	SaveReview(ctx context.Context, r domain.Review, events ...domain.Event) error
	// Reviews lists texts before the clerks, the longest waiting first.
	Reviews(q ReviewQuery) ([]domain.Review, error)

	// Interview returns ErrInterviewUnknown where there is none.
	Interview(id string) (domain.Interview, error)
	// InterviewOf returns the newest of an application, a zero one where there is none.
	InterviewOf(applicationID string) (domain.Interview, error)
	// InterviewsAt gives the newest invitation of each of some applications, by application.
	InterviewsAt(applicationIDs []string) (map[string]domain.Interview, error)
	// InterviewsOf gives the newest invitation of each of the worker's applications, by application.
	InterviewsOf(worker string) (map[string]domain.Interview, error)
	SaveInterview(ctx context.Context, i domain.Interview, events ...domain.Event) error

	// Need returns an employer's line, one of version 0 where it has none.
	Need(employerID, month, occupation, county string) (domain.Need, error)
	SaveNeed(ctx context.Context, n domain.Need, events ...domain.Event) error
	// NeedSums gives the sums of what was reported; blank parts filter nothing.
	NeedSums(q NeedQuery) ([]domain.NeedSum, error)

	// Looked writes what an employer sees of a vacancy's applicants to their access
	// logs, once a day the same of each.
	Looked(ctx context.Context, on clock.Date, vacancyID string, looks []Look) error
	// Read writes to the worker's access log what the caller is shown.
	Read(ctx context.Context, worker, county, caseID string, kinds ...string) error
	// PeekApplication reads an application without locking it.
	PeekApplication(id string) (domain.Application, error)
	// PeekVacancies gives vacancies by id; those that are not there are left out.
	PeekVacancies(ids []string) (map[string]domain.Vacancy, error)
	// VacanciesOf lists an employer's vacancies, newest first, the closed ones too.
	VacanciesOf(employerID string) ([]domain.Vacancy, error)
}

// ReviewQuery chooses reviews; blank parts filter nothing.
type ReviewQuery struct {
	EmployerID string
	Counties   string // divisions, as sqldb.Within takes them
	State      domain.ReviewState
	Limit      int
}

// NeedQuery chooses reported needs; blank parts filter nothing.
type NeedQuery struct {
	EmployerID         string
	FromMonth, ToMonth string
	County             string
}
