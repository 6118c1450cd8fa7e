// Package app is the use cases of education, one a file. Each loads state,
// decides in the domain and saves the new state with its events, all in the
// transaction that its caller opened. Rows are always locked in the same
// order: application, offer, school.
package app

import (
	"context"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// Store is what the use cases need of storage, within one transaction. Loads
// lock what they return; peeks do not, and serve reading alone.
type Store interface {
	// AddSchool adds a school unless its reference, or its county, name and
	// stage, are known; it returns the id of the school that is there then.
	AddSchool(ctx context.Context, s domain.School, events ...domain.Event) (id string, added bool, err error)
	// School returns ErrSchoolUnknown where there is none; so does PeekSchool.
	School(id string) (domain.School, error)
	PeekSchool(id string) (domain.School, error)
	// Taken counts the places of a school that are offered or accepted. Who
	// decides by it has locked the school first.
	Taken(schoolID string) (int, error)
	// Schools lists the schools of a county and a stage, or of all where one is "".
	Schools(county string, stage domain.Stage) ([]Listed, error)

	// Application returns ErrApplicationUnknown where there is none; so does PeekApplication.
	Application(id string) (domain.Application, error)
	PeekApplication(id string) (domain.Application, error)
	ApplicationsOf(worker string) ([]domain.Application, error)
	// Applied reports whether there is an application for the child and stage;
	// one that was withdrawn counts only where ever is set.
	Applied(childID string, stage domain.Stage, ever bool) (bool, error)
	// SaveApplication returns ErrApplicationTwice for a second one of its child and stage.
	SaveApplication(ctx context.Context, a domain.Application, events ...domain.Event) error
	// OpenCases lists and locks a guardian's applications that want evidence.
	OpenCases(worker string) ([]string, error)
	// Proofs lists the facts held for an application, by kind.
	Proofs(applicationID string) ([]domain.Proof, error)

	// Offer returns ErrOfferUnknown where there is none; so does PeekOffer.
	Offer(id string) (domain.Offer, error)
	PeekOffer(id string) (domain.Offer, error)
	SaveOffer(ctx context.Context, o domain.Offer, events ...domain.Event) error
	// LapseAt has Lapse run for an offer at a time.
	LapseAt(ctx context.Context, offerID string, at time.Time) error
	// ForgetAt has the evidence of an application go at a time, if it is over then.
	ForgetAt(ctx context.Context, applicationID string, at time.Time) error

	// LogRead tells the guardian's access log that the caller read an application.
	LogRead(ctx context.Context, a domain.Application, kinds []string) error
}

// Children asks the registry who a child's guardian is. It is asked before a
// transaction, never within one.
type Children interface {
	// GuardianOf returns ErrChildUnknown where there is no such child. The read
	// is logged for the guardian under the case.
	GuardianOf(ctx context.Context, childID, caseID string) (worker string, err error)
}

// App is the department's use cases.
type App struct {
	Clock  clock.Clock
	Rules  *rule.Book
	Tables *ident.Tables
	NewID  func() string
}

// known refuses an id that cannot be one, as the id of something that is not there.
func known(id string, unknown error) error {
	if ident.ParseUUID(id) != nil {
		return unknown
	}
	return nil
}

func mayActFor(ctx context.Context, worker string) error {
	p, err := auth.From(ctx)
	if err != nil {
		return err
	}
	return p.MayActFor(worker)
}

func (a *App) county(code string) error {
	if _, ok := a.Tables.County(code); !ok {
		return domain.ErrCounty
	}
	return nil
}

// number reads a whole number of a rule in force today in a county.
func (a *App) number(id, parameter, county string) (int, error) {
	r, err := a.Rules.Rule(id, clock.Today(a.Clock), county)
	if err != nil {
		return 0, err
	}
	return r.Int(parameter)
}
