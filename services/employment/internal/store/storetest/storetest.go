// Package storetest is the conformance suite that both databases pass.
package storetest

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/answer"
	"github.com/qiao-platform/qiao/pkg/cache"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/crypt"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/task"
	"github.com/qiao-platform/qiao/pkg/testkit"
	"github.com/qiao-platform/qiao/services/employment/internal/app"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
	"github.com/qiao-platform/qiao/services/employment/internal/match"
	"github.com/qiao-platform/qiao/services/employment/internal/store"
	"github.com/qiao-platform/qiao/services/employment/internal/store/fair"
	"github.com/qiao-platform/qiao/services/employment/internal/store/startup"
)

var noon = time.Date(2026, 11, 2, 4, 0, 0, 0, time.UTC)

// suite is one test on a fresh database.
type suite struct {
	testing.TB
	db      *sqldb.DB
	store   *store.Store
	fairs   *fair.Store
	startup *startup.Store
}

// open makes the stores on a database.
func open(t testing.TB, db *sqldb.DB) *suite {
	master, err := crypt.NewMaster(crypt.Standard())
	if err != nil {
		t.Fatal(err)
	}
	scope := testkit.Telemetry(t).For("employment")
	log := testkit.Outbox(t, "employment", db)
	queue := task.New(db, clock.System(), scope)
	jobs := store.New(log, queue, master, cache.New("employment", nil, scope.Log), match.New())
	s := &suite{t, db, jobs, fair.New(log, queue, jobs.In), startup.New(log)}
	uses := s.fairUses()
	jobs.FreeProposalSeat = func(ctx context.Context, tx *sqldb.Tx, id string) error {
		return uses.FreeSeat(ctx, s.fairs.In(tx), id)
	}
	return s
}

// Run runs the suite; database gives a fresh one each time.
func Run(t *testing.T, database func(testing.TB) *sqldb.DB) {
	for _, test := range []struct {
		name string
		run  func(*suite)
	}{
		{"everything survives the round trip", (*suite).roundTrips},
		{"what a sheet corrects", (*suite).corrected},
		{"what is not there", (*suite).notFound},
		{"a stale version is refused", (*suite).stale},
		{"a rollback leaves neither row nor event", (*suite).rollback},
		{"what is unique stays unique", (*suite).unique},
		{"search filters", (*suite).search},
		{"search pages are stable during inserts", (*suite).pages},
		{"the queue is first come, first served", (*suite).queue},
		{"qualifications", (*suite).qualifications},
		{"concurrent changes lose nothing", (*suite).concurrent},
		{"the last places go to as many as there are", (*suite).lastPlaces},
		{"one answer to one offer", (*suite).oneAnswer},

		{"everything of a fair survives the round trip", (*suite).fairRoundTrips},
		{"a fair's correction survives the round trip", (*suite).fairCorrections},
		{"ranks outlast other wishes, and only the committed list is drawn from", (*suite).fairWishes},
		{"who applied to a fair is told of what was seen", (*suite).fairLooks},
		{"an employer sees the certificates that are shared today", (*suite).fairCertificates},
		{"the last seats of a fair go to as many as there are", (*suite).lastSeats},
		{"one answer to one proposal", (*suite).oneFairAnswer},
		{"a fair proposes the job that one has", (*suite).proposedTheJobOneHas},
		{"64 for each last post of a fair", (*suite).fairLastPost},
		{"a large fair is drawn in steps", (*suite).fairInSteps},
		{"a large fair's applicants are told in steps", (*suite).noticedInSteps},
		{"a large fair is corrected in steps", (*suite).correctedInSteps},
		{"a bundle in parts", (*suite).bundleInParts},
		{"everything of start-up help survives the round trip", (*suite).startupRoundTrips},
		{"an adviser's time is booked once", (*suite).lastSlot},
		{"an adviser's times share no minute", (*suite).slotsApart},
		{"matching survives the round trip", (*suite).matching},
		{"who looks at applicants is told of once a day", (*suite).looks},
		{"an account closes while a certificate comes", (*suite).closingAndEvidence},
		{"a household's name is sealed", (*suite).household},
		{"the sums of the seasonal need", (*suite).needs},
		{"one clerk decides, one invitation stands, one line is kept", (*suite).oneOfMany},
		{"another instance's changes are told", (*suite).changes},
		{"one person by two references", (*suite).onePerson},
		{"what of a life is not over", (*suite).life},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.run(open(t, database(t)))
		})
	}
}

// try runs f in a transaction and returns how it ended.
func (s *suite) try(f func(ctx context.Context, tx app.Store) error) error {
	return try(s, s.store.In, f)
}

func try[S any](s *suite, in func(*sqldb.Tx) S, f func(ctx context.Context, tx S) error) error {
	ctx := context.Background()
	return s.db.Update(ctx, func(tx *sqldb.Tx) error { return f(ctx, in(tx)) })
}

// do runs f in a transaction that must succeed.
func (s *suite) do(f func(ctx context.Context, tx app.Store) error) {
	s.Helper()
	if err := s.try(f); err != nil {
		s.Error(err)
	}
}

func employer(id, uscc string) domain.Employer {
	phone, err := ident.ParsePhone("19000061956")
	if err != nil {
		panic(err)
	}
	return domain.Employer{ID: id, Kind: domain.Firm, USCC: uscc, Name: "福海县白桦·牧业", IndustrySection: "A", County: "654323", Phone: phone, ManualCheck: true}
}

func vacancy(id string, places int) domain.Vacancy {
	return domain.Vacancy{
		ID: id, EmployerID: "employer-1", EmployerName: "福海县白桦·牧业", EmployerKind: domain.Firm, Hazardous: true, Limits: []string{domain.LimitUnderground}, State: domain.VacancyIsOpen, PublishedAt: noon,
		Terms: domain.Terms{
			Title: "掘进工 é", Occupation: "6-16", Headcount: places, WageMinFen: 300_000, WageMaxFen: 400_000, County: "654323",
			SeasonFrom: clock.NewDate(2026, 12, 1), SeasonTo: clock.NewDate(2027, 4, 30), Housing: true, Meals: true, Requirements: "井下作业\nقازاق", Reference: "ref-" + id,
			WageUnit: domain.ByDay, Township: "654323101", Shifts: []string{"day", "rotating"}, Hazards: []string{"underground", "dust"},
			Certificates: []domain.CertificateNeed{{Occupation: "6-16", Level: "五级"}, {Occupation: "6-30"}}, Schemes: []string{"work_injury", "pension"}, Household: true,
		},
	}
}

// published writes the employer and a vacancy.
func (s *suite) published(id string, places int) {
	s.Helper()
	s.do(func(ctx context.Context, tx app.Store) error {
		if _, err := tx.Employer("employer-1"); errors.Is(err, domain.ErrEmployerUnknown) {
			if err := tx.SaveEmployer(ctx, employer("employer-1", "91654323UK8F0HLA1P")); err != nil {
				return err
			}
		}
		return tx.SaveVacancy(ctx, vacancy(id, places))
	})
}

func application(id, worker string) domain.Application {
	return domain.Application{ID: id, Worker: worker, VacancyID: "vacancy-1", EmployerID: "employer-1", County: "654323", State: domain.ApplicationIsSubmitted, SubmittedAt: noon}
}

func offer(id, applicationID, worker string) domain.Offer {
	return domain.Offer{
		ID: id, ApplicationID: applicationID, VacancyID: "vacancy-1", EmployerID: "employer-1", Worker: worker, County: "654323", WageFen: 350_000,
		StartOn: clock.NewDate(2026, 12, 1), EndOn: clock.NewDate(2027, 4, 30), Clock: answer.Make(3, noon),
	}
}

func hire(id, worker string) domain.Hire {
	return domain.Hire{
		ID: id, Worker: worker, EmployerID: "employer-1", OfferID: "offer-1", Occupation: "6-16", County: "654323", Hazardous: true,
		StartOn: clock.NewDate(2026, 12, 1), EndOn: clock.NewDate(2027, 4, 30), WageFen: 350_000, Basis: domain.ByOffer, Confirmed: true,
		State: domain.HireIsRegistered, FactVersion: 1,
	}
}

func (s *suite) roundTrips() {
	e := employer("employer-1", "91654323UK8F0HLA1P")
	v := vacancy("vacancy-1", 3)
	p := domain.Profile{Worker: "worker-1", Wishes: domain.Wishes{Occupation: "6-29", WageMinFen: 450_000, Education: "70", AvailableFrom: clock.NewDate(2026, 12, 1), NeedsHousing: true,
		AvailableTo: clock.NewDate(2027, 5, 1), County: "654323", Township: "654323101", NeedsMeals: true, Skills: []string{"6-29", "4-03"}, Papers: []string{"6-30"}}}
	a := application("application-1", "worker-1")
	a.State, a.OfferID = domain.ApplicationIsAccepted, "offer-1"
	o := offer("offer-1", "application-1", "worker-1")
	o.State, o.AnswerBy, o.AcceptedAt, o.InPerson, o.HireID = answer.Accepted, noon.AddDate(0, 0, 4), noon.Add(time.Hour), true, "hire-1"
	h := hire("hire-1", "worker-1")
	h.State, h.EndedOn, h.Ground, h.FactVersion = domain.HireIsEnded, clock.NewDate(2027, 1, 31), "agreed", 2
	s.do(func(ctx context.Context, tx app.Store) error {
		return errors.Join(
			tx.SaveEmployer(ctx, e, domain.EmployerRegistered{EmployerID: e.ID, ManualCheck: true}), tx.SaveVacancy(ctx, v, domain.VacancyPublished{VacancyID: v.ID}),
			tx.SaveProfile(ctx, p, domain.ProfileSaved{Occupation: "6-29"}), tx.SaveApplication(ctx, a, domain.ApplicationSubmitted{ApplicationID: a.ID, VacancyID: v.ID}),
			tx.SaveOffer(ctx, o, domain.OfferMade{OfferID: o.ID}, domain.OfferAccepted{OfferID: o.ID}), tx.SaveHire(ctx, h, domain.HireRegistered{HireID: h.ID}, domain.HireEnded{HireID: h.ID}),
		)
	})
	e.Version, v.Version, p.Version, a.Version, o.Version, h.Version = 1, 1, 1, 1, 2, 2
	s.do(func(_ context.Context, tx app.Store) error {
		same(s, e, func() (domain.Employer, error) { return tx.Employer(e.ID) })
		same(s, e, func() (domain.Employer, error) { got, _, err := tx.EmployerByUSCC(e.USCC); return got, err })
		same(s, v, func() (domain.Vacancy, error) { return tx.Vacancy(v.ID) })
		same(s, v, func() (domain.Vacancy, error) { return tx.PeekVacancy(v.ID) })
		same(s, p, func() (domain.Profile, error) { return tx.Profile(p.Worker) })
		same(s, p, func() (domain.Profile, error) { return tx.PeekProfile(p.Worker) })
		same(s, map[string]domain.Profile{p.Worker: p}, func() (map[string]domain.Profile, error) { return tx.PeekProfiles([]string{"worker-2", p.Worker}) })
		same(s, a, func() (domain.Application, error) { return tx.Application(a.ID) })
		same(s, o, func() (domain.Offer, error) { return tx.Offer(o.ID) })
		same(s, o, func() (domain.Offer, error) { return tx.PeekOffer(o.ID) })
		same(s, h, func() (domain.Hire, error) { return tx.Hire(h.ID) })
		same(s, []domain.Hire{h}, func() ([]domain.Hire, error) { return tx.HiresOf("worker-1") })
		same(s, map[string]domain.Offer{o.ID: o}, func() (map[string]domain.Offer, error) { return tx.OffersOf("worker-1") })
		same(s, map[string]string{v.ID: v.Title}, func() (map[string]string, error) { return tx.Titles("worker-1") })
		same(s, map[string]string{e.ID: e.Name}, func() (map[string]string, error) { return tx.EmployersOf("worker-1") })
		id, found, err := tx.VacancyByReference("employer-1", "ref-vacancy-1")
		if id != v.ID || !found {
			s.Errorf("by reference: %q, %v, %v", id, found, err)
		}
		return err
	})
	want := []string{
		"employment.employer.registered.v1", "employment.vacancy.published.v1", "employment.profile.saved.v1", "employment.application.submitted.v1",
		"employment.offer.made.v1", "employment.offer.accepted.v1", "employment.hire.registered.v1", "employment.hire.ended.v1",
	}
	if got := testkit.Events(s, s.db); !slices.Equal(got, want) {
		s.Errorf("events %v", got)
	}
}

// corrected writes what sheets correct, finds posts by what makes them the same,
// and keeps through which channel wishes were said.
func (s *suite) corrected() {
	e, v := employer("employer-1", "91654323UK8F0HLA1P"), vacancy("vacancy-1", 3)
	p := domain.Profile{Worker: "worker-1", SetVia: "import", SetAt: noon}
	s.do(func(ctx context.Context, tx app.Store) error {
		return errors.Join(tx.SaveEmployer(ctx, e, domain.EmployerRegistered{EmployerID: e.ID}), tx.SaveVacancy(ctx, v, domain.VacancyPublished{VacancyID: v.ID}), tx.SaveProfile(ctx, p, domain.ProfileSaved{}))
	})
	e.Version, v.Version, p.Version = 1, 1, 1
	s.do(func(ctx context.Context, tx app.Store) error {
		same(s, p, func() (domain.Profile, error) { return tx.PeekProfile(p.Worker) })
		same(s, []domain.Vacancy{v}, func() ([]domain.Vacancy, error) { return tx.VacanciesLike(e.ID, v.Terms) })
		other := v.Terms
		other.Title = "another"
		same(s, nil, func() ([]domain.Vacancy, error) { return tx.VacanciesLike(e.ID, other) })
		same(s, false, func() (bool, error) { return tx.Rests(v.ID) })
		e.IndustrySection, e.Phone = "F", ident.Phone{}
		v.Reference, v.Headcount, v.WageMinFen, v.WageMaxFen, v.SeasonTo, v.Housing, v.Meals, v.Requirements, v.Hazardous, v.Limits = "new", 9, 1, 1<<40, clock.NewDate(2027, 9, 1), !v.Housing, !v.Meals, "新", !v.Hazardous, nil
		return errors.Join(tx.SaveEmployer(ctx, e, domain.EmployerRegistered{EmployerID: e.ID}), tx.SaveVacancy(ctx, v, domain.VacancyPublished{VacancyID: v.ID}))
	})
	err := s.try(func(ctx context.Context, tx app.Store) error { return tx.SaveEmployer(ctx, e) })
	if !errors.Is(err, outbox.ErrStale) {
		s.Errorf("stale: %v", err)
	}
	e.Version, v.Version = 2, 2
	a := application("application-1", "worker-1")
	s.do(func(ctx context.Context, tx app.Store) error {
		same(s, e, func() (domain.Employer, error) { return tx.Employer(e.ID) })
		same(s, v, func() (domain.Vacancy, error) { return tx.PeekVacancy(v.ID) })
		return tx.SaveApplication(ctx, a, domain.ApplicationSubmitted{ApplicationID: a.ID, VacancyID: v.ID})
	})
	s.do(func(_ context.Context, tx app.Store) error {
		same(s, true, func() (bool, error) { return tx.Rests(a.VacancyID) })
		return nil
	})
}

func same[T any](s *suite, want T, load func() (T, error)) {
	s.Helper()
	if got, err := load(); err != nil || !reflect.DeepEqual(got, want) {
		s.Errorf("got %+v, %v; want %+v", got, err, want)
	}
}

func (s *suite) notFound() {
	s.published("vacancy-1", 1)
	for want, load := range map[error]func(tx app.Store) error{
		domain.ErrEmployerUnknown:    func(tx app.Store) error { _, err := tx.Employer("Employer-1"); return err }, // ids are case-sensitive
		domain.ErrVacancyUnknown:     func(tx app.Store) error { _, err := tx.Vacancy("Vacancy-1"); return err },
		domain.ErrApplicationUnknown: func(tx app.Store) error { _, err := tx.Application("none"); return err },
		domain.ErrOfferUnknown:       func(tx app.Store) error { _, err := tx.PeekOffer("none"); return err },
		domain.ErrHireUnknown:        func(tx app.Store) error { _, err := tx.Hire("none"); return err },
		domain.ErrProfileUnknown:     func(tx app.Store) error { _, err := tx.PeekProfile("none"); return err },
	} {
		if err := s.try(func(_ context.Context, tx app.Store) error { return load(tx) }); !errors.Is(err, want) {
			s.Errorf("got %v, want %v", err, want)
		}
	}
	s.do(func(_ context.Context, tx app.Store) error {
		if p, err := tx.Profile("none"); err != nil || p.Version != 0 || p.Worker != "none" {
			s.Errorf("%+v, %v", p, err)
		}
		_, found, err := tx.EmployerByUSCC("91654323uk8f0hla1p")
		if found {
			s.Error("found by another code")
		}
		_, byReference, err2 := tx.VacancyByReference("employer-1", "")
		if byReference {
			s.Error("found without a reference")
		}
		return errors.Join(err, err2)
	})
}

func (s *suite) stale() {
	s.published("vacancy-1", 1)
	s.do(func(ctx context.Context, tx app.Store) error {
		return errors.Join(tx.SaveApplication(ctx, application("application-1", "worker-1")), tx.SaveOffer(ctx, offer("offer-1", "application-1", "worker-1")),
			tx.SaveHire(ctx, hire("hire-1", "worker-1")), tx.SaveProfile(ctx, domain.Profile{Worker: "worker-1"}))
	})
	// Version 0 was theirs; they are 1 now.
	for name, save := range map[string]func(ctx context.Context, tx app.Store) error{
		"employer": func(ctx context.Context, tx app.Store) error {
			return tx.SaveEmployer(ctx, employer("employer-1", "x"))
		},
		"vacancy": func(ctx context.Context, tx app.Store) error { return tx.SaveVacancy(ctx, vacancy("vacancy-1", 1)) },
		"application": func(ctx context.Context, tx app.Store) error {
			return tx.SaveApplication(ctx, application("application-1", "worker-1"))
		},
		"offer": func(ctx context.Context, tx app.Store) error {
			return tx.SaveOffer(ctx, offer("offer-1", "application-1", "worker-1"))
		},
		"hire": func(ctx context.Context, tx app.Store) error { return tx.SaveHire(ctx, hire("hire-1", "worker-1")) },
		"profile": func(ctx context.Context, tx app.Store) error {
			return tx.SaveProfile(ctx, domain.Profile{Worker: "worker-1"})
		},
	} {
		if err := s.try(save); !errors.Is(err, outbox.ErrStale) {
			s.Errorf("%s: %v", name, err)
		}
	}
}

func (s *suite) rollback() {
	s.published("vacancy-1", 1)
	testkit.RollsBack(s, s.db, func(tx *sqldb.Tx) error {
		return s.store.In(tx).SaveApplication(context.Background(), application("application-1", "worker-1"), domain.ApplicationSubmitted{ApplicationID: "application-1"})
	}, func(tx *sqldb.Tx) (int, error) {
		all, err := s.store.In(tx).ApplicationsOf("worker-1")
		return len(all), err
	})
}

func (s *suite) unique() {
	s.published("vacancy-1", 1)
	twin := vacancy("vacancy-2", 1)
	twin.Reference = "ref-vacancy-1"
	stated := func(id string) domain.Hire {
		h := hire(id, "worker-1")
		h.State, h.Basis, h.Confirmed = domain.HireIsStated, domain.ByEmployer, false
		return h
	}
	s.do(func(ctx context.Context, tx app.Store) error {
		return errors.Join(tx.SaveApplication(ctx, application("application-1", "worker-1")), tx.SaveHire(ctx, stated("hire-1")))
	})
	for name, c := range map[string]struct {
		want error
		save func(ctx context.Context, tx app.Store) error
	}{
		"the same code": {outbox.ErrStale, func(ctx context.Context, tx app.Store) error {
			return tx.SaveEmployer(ctx, employer("employer-2", "91654323UK8F0HLA1P"))
		}},
		"the same reference": {outbox.ErrStale, func(ctx context.Context, tx app.Store) error { return tx.SaveVacancy(ctx, twin) }},
		"the same application": {domain.ErrApplicationTwice, func(ctx context.Context, tx app.Store) error {
			return tx.SaveApplication(ctx, application("application-2", "worker-1"))
		}},
		"the same stated hire": {domain.ErrHireTwice, func(ctx context.Context, tx app.Store) error { return tx.SaveHire(ctx, stated("hire-2")) }},
		"another without a ref": {nil, func(ctx context.Context, tx app.Store) error {
			v := vacancy("vacancy-3", 1)
			v.Reference = ""
			return tx.SaveVacancy(ctx, v)
		}},
		"more without a ref": {nil, func(ctx context.Context, tx app.Store) error {
			v := vacancy("vacancy-4", 1)
			v.Reference = ""
			return tx.SaveVacancy(ctx, v)
		}},
	} {
		if err := s.try(c.save); !errors.Is(err, c.want) {
			s.Errorf("%s: %v", name, err)
		}
	}
	// Who withdrew may apply again.
	s.do(func(ctx context.Context, tx app.Store) error {
		a, err := tx.Application("application-1")
		if err != nil {
			return err
		}
		a, events, err := a.Withdraw()
		if err != nil {
			return err
		}
		return errors.Join(tx.SaveApplication(ctx, a, events...), tx.SaveApplication(ctx, application("application-3", "worker-1")))
	})
}
