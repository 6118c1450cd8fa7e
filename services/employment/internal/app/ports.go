// Package app is the use cases of employment, one a file. Each loads state,
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
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// Store is what the use cases need of storage, within one transaction. Loads
// lock what they return, unless they are called Peek or find only whether there
// is something. Locks are always taken in the order application, offer,
// vacancy, hire.
type Store interface {
	Lists
	Matching
	Evidence
	Fairs

	// EmployerByUSCC reports false where there is none. It does not lock: the
	// version of what is written says whether somebody else was first.
	EmployerByUSCC(uscc string) (domain.Employer, bool, error)
	// Employer returns ErrEmployerUnknown where there is none; it does not lock either.
	Employer(id string) (domain.Employer, error)
	// Employers gives employers by id; those that are not there are left out.
	Employers(ids []string) ([]domain.Employer, error)
	// SaveEmployer writes a new one, or the corrected phone and industry of one that is there.
	SaveEmployer(ctx context.Context, e domain.Employer, events ...domain.Event) error

	// Vacancy returns ErrVacancyUnknown where there is none.
	Vacancy(id string) (domain.Vacancy, error)
	PeekVacancy(id string) (domain.Vacancy, error)
	// VacancyByReference reports false where the employer has not used the reference.
	VacancyByReference(employerID, reference string) (id string, found bool, err error)
	// VacanciesLike lists and locks the employer's vacancies of the same title,
	// occupation, county and first day.
	VacanciesLike(employerID string, t domain.Terms) ([]domain.Vacancy, error)
	// Rests reports whether somebody has applied to the vacancy, or it stands in a fair.
	Rests(vacancyID string) (bool, error)
	SaveVacancy(ctx context.Context, v domain.Vacancy, events ...domain.Event) error

	// Profile returns an empty one, of version 0, where the worker has none. It may be
	// another reference's of the same person, whose rows go by that reference.
	Profile(worker string) (domain.Profile, error)
	// ProfileUnder is the one that was made under a reference itself.
	ProfileUnder(reference string) (domain.Profile, error)
	// Profiles are all that a person has, under whichever reference, closed ones too.
	Profiles(worker string) ([]domain.Profile, error)
	SaveProfile(ctx context.Context, p domain.Profile, events ...domain.Event) error
	// NotedQualifications are those whose coming is in the profile's history.
	NotedQualifications(worker string) ([]domain.Qualification, error)
	// HeldQualifications are those that each worker's grants and the issuer allow on a day.
	HeldQualifications(on clock.Date, workers ...string) (map[string][]domain.Qualification, error)
	NoteQualifications(worker string, held []domain.Qualification) error

	// Application returns ErrApplicationUnknown where there is none.
	Application(id string) (domain.Application, error)
	// PeekStanding finds the worker's application to the vacancy that was not withdrawn.
	PeekStanding(worker, vacancyID string) (domain.Application, bool, error)
	PendingApplications(worker string) ([]domain.Application, error)
	SaveApplication(ctx context.Context, a domain.Application, events ...domain.Event) error

	// Offer returns ErrOfferUnknown where there is none.
	Offer(id string) (domain.Offer, error)
	PeekOffer(id string) (domain.Offer, error)
	SaveOffer(ctx context.Context, o domain.Offer, events ...domain.Event) error
	// StandingOffers lists and locks the offers to a person that wait, or were accepted.
	StandingOffers(worker string) ([]domain.Offer, error)
	// Died reports whether a person's death is recorded; Reachable refuses what
	// would be offered then.
	Died(worker string) (bool, error)
	Reachable(worker string) error
	// LapseOfferAt has LapseOffer run for an offer at a time.
	LapseOfferAt(ctx context.Context, offerID string, at time.Time) error

	// Hire returns ErrHireUnknown where there is none.
	Hire(id string) (domain.Hire, error)
	// HasHire reports whether the employer has a hire of the worker that has neither
	// ended nor been undone. What the worker disputed stands in the way of the same
	// again, from the same day, and of no other.
	HasHire(worker, employerID string, startOn clock.Date) (bool, error)
	SaveHire(ctx context.Context, h domain.Hire, events ...domain.Event) error
}

// Evidence is other departments' facts for a worker's job search.
type Evidence interface {
	// SearchOpened collects what the worker's grants open for the job search.
	SearchOpened(ctx context.Context, worker string) error
	// SearchClosed forgets what was held for it.
	SearchClosed(worker string) error
}

// Fairs is what job fairs do when something ends here.
type Fairs interface {
	// FreeSeat gives back the seat of an interview whose application was withdrawn.
	FreeSeat(ctx context.Context, applicationID string) error
}

// Lists is what is shown of storage and never decided on; nothing is locked.
type Lists interface {
	// Search lists open vacancies with open places, newest first.
	Search(q Search) ([]domain.Vacancy, error)
	// PeekProfile returns ErrProfileUnknown where the worker has none, or has closed the account.
	PeekProfile(worker string) (domain.Profile, error)
	// PeekProfiles gives the profiles of workers who have one, by worker.
	PeekProfiles(workers []string) (map[string]domain.Profile, error)
	// ApplicationsOf lists the worker's applications, newest first.
	ApplicationsOf(worker string) ([]domain.Application, error)
	// OffersOf gives the worker's offers by their id.
	OffersOf(worker string) (map[string]domain.Offer, error)
	// Titles gives the titles of the vacancies that the worker applied for, by vacancy id.
	Titles(worker string) (map[string]string, error)
	// Applicants lists a vacancy's queue, first come first, without those who withdrew.
	Applicants(vacancyID string) ([]domain.Application, error)
	// PeekPending lists the worker's applications that wait for an answer, newest first.
	PeekPending(worker string) ([]domain.Application, error)
	// PeekOffers gives offers by id; those that are not there are left out.
	PeekOffers(ids []string) (map[string]domain.Offer, error)
	// PeekLasting lists the worker's hires that neither ended nor were undone, newest first.
	PeekLasting(worker string) ([]domain.Hire, error)
	// HiresOf lists the worker's hires, newest first.
	HiresOf(worker string) ([]domain.Hire, error)
	// EmployersOf gives the names of the employers of the worker's hires, by employer id.
	EmployersOf(worker string) (map[string]string, error)
}

// App is the department's use cases.
type App struct {
	Clock    clock.Clock
	Rules    *rule.Book
	Calendar *clock.Calendar
	Codes    *ident.Tables
	Phrases  *domain.Phrases
	Open     OpenVacancies
	NewID    func() string
}

func (a *App) today() clock.Date { return clock.Today(a.Clock) }

// number reads a whole number from a rule that is in force today in a county.
func (a *App) number(id, parameter, county string) (int, error) {
	r, err := a.Rules.Rule(id, a.today(), county)
	if err != nil {
		return 0, err
	}
	return r.Int(parameter)
}

// hazards reads which posts have hazards today in a county.
func (a *App) hazards(county string) (domain.Hazards, error) {
	r, err := a.Rules.Rule("TR-HAZARD", a.today(), county)
	if err != nil {
		return domain.Hazards{}, err
	}
	return domain.ReadHazards(r)
}

// checkPost refuses a county or an occupation that no post can have.
func (a *App) checkPost(county, occupation string) error {
	if _, ok := a.Codes.County(county); !ok {
		return domain.ErrCounty
	}
	return a.checkOccupation(occupation)
}

func (a *App) checkOccupation(code string) error {
	if o, ok := a.Codes.Occupation(code); !ok || !o.Offered {
		return domain.ErrOccupation
	}
	return nil
}

// Date reads a civil date that may be left out.
func Date(s string, bad error) (clock.Date, error) {
	var d clock.Date
	if err := d.UnmarshalText([]byte(s)); err != nil {
		return d, bad
	}
	return d, nil
}

// MayManage returns nil where the caller is the employer, or an officer of the county.
func MayManage(ctx context.Context, e domain.Employer, county string) error {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return err
	}
	if p.Kind == auth.Employer {
		if !e.Is(p.Subject) {
			return auth.ErrNotYours
		}
		return nil
	}
	return p.CoversDivision(county)
}
