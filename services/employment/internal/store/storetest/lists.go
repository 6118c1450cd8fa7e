package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/employment/internal/app"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// found gives the ids that a search finds.
func (s *suite) found(q app.Search) (ids []string) {
	s.Helper()
	if q.Limit == 0 {
		q.Limit = 100
	}
	s.do(func(_ context.Context, tx app.Store) error {
		all, err := tx.Search(q)
		for _, v := range all {
			ids = append(ids, v.ID)
		}
		return err
	})
	return ids
}

func (s *suite) search() {
	s.published("v1", 2) // 654323, 6-16, 3000–4000 yuan, 2026-12-01 to 2027-04-30, housing
	for id, change := range map[string]func(v *domain.Vacancy){
		"v2": func(v *domain.Vacancy) { v.County, v.Occupation = "654301", "6-29" },
		"v3": func(v *domain.Vacancy) { v.Occupation, v.Housing = "4-03", false },
		"v4": func(v *domain.Vacancy) { v.WageMinFen, v.WageMaxFen = 500_000, 600_000 },
		"v5": func(v *domain.Vacancy) { v.SeasonFrom, v.SeasonTo = clock.Date{}, clock.Date{} },
		"v6": func(v *domain.Vacancy) { v.State = domain.VacancyIsClosed },
		"v7": func(v *domain.Vacancy) { v.Taken = v.Headcount },
	} {
		v := vacancy(id, 2)
		change(&v)
		s.do(func(ctx context.Context, tx app.Store) error { return tx.SaveVacancy(ctx, v) })
	}
	for _, c := range []struct {
		q    app.Search
		want []string
	}{
		{app.Search{}, []string{"v5", "v4", "v3", "v2", "v1"}}, // open ones with places, newest first
		{app.Search{County: "654301"}, []string{"v2"}},
		{app.Search{Occupation: "6"}, []string{"v5", "v4", "v2", "v1"}},
		{app.Search{Occupation: "6-29"}, []string{"v2"}},
		{app.Search{Occupation: "6-2"}, nil},
		{app.Search{WageMinFen: 400_001}, []string{"v4"}},
		{app.Search{WageMinFen: 400_000}, []string{"v5", "v4", "v3", "v2", "v1"}},
		{app.Search{On: "2026-11-30"}, []string{"v5"}},
		{app.Search{On: "2027-04-30", County: "654323", Housing: true}, []string{"v5", "v4", "v1"}},
		{app.Search{Limit: 2}, []string{"v5", "v4"}},
		{app.Search{After: "v4", Limit: 2}, []string{"v3", "v2"}},
	} {
		if got := s.found(c.q); !slices.Equal(got, c.want) {
			s.Errorf("%+v: %v, want %v", c.q, got, c.want)
		}
	}
}

// pages walks the list while newer vacancies come in: what was there at the
// start is seen exactly once, in order.
func (s *suite) pages() {
	var want []string
	for i := range 30 {
		id := fmt.Sprintf("v%03d", i)
		s.published(id, 1)
		want = append([]string{id}, want...)
	}
	var got []string
	after := ""
	for {
		page := s.found(app.Search{After: after, Limit: 7})
		if len(page) == 0 {
			break
		}
		got, after = append(got, page...), page[len(page)-1]
		s.published(fmt.Sprintf("v9%02d", len(got)), 1)
	}
	if !slices.Equal(got, want) {
		s.Errorf("saw %v", got)
	}
}

func (s *suite) queue() {
	s.published("vacancy-1", 1)
	for i, minutes := range []int{3, 1, 2, 0} {
		a := application(fmt.Sprintf("application-%d", i), fmt.Sprintf("worker-%d", i))
		a.SubmittedAt = noon.Add(time.Duration(minutes) * time.Minute)
		if i == 3 {
			a.State = domain.ApplicationIsWithdrawn
		}
		s.do(func(ctx context.Context, tx app.Store) error { return tx.SaveApplication(ctx, a) })
	}
	s.do(func(_ context.Context, tx app.Store) error {
		var ids []string
		all, err := tx.Applicants("vacancy-1")
		for _, a := range all {
			ids = append(ids, a.ID)
		}
		if want := []string{"application-1", "application-2", "application-0"}; !slices.Equal(ids, want) {
			s.Errorf("queue %v", ids)
		}
		pending, err2 := tx.PendingApplications("worker-3")
		if len(pending) != 0 {
			s.Errorf("pending %v", pending)
		}
		_, stands, err3 := tx.PeekStanding("worker-0", "vacancy-1")
		_, gone, err4 := tx.PeekStanding("worker-3", "vacancy-1")
		if !stands || gone {
			s.Errorf("applied: %v, %v", stands, gone)
		}
		return errors.Join(err, err2, err3, err4)
	})
}

// shares writes a certificate that a worker shares for some days, and a fact of
// another kind; flagged is 1 where its issuer corrected it.
func (s *suite) shares(worker, id, occupation string, flagged int, from, to string) {
	s.Helper()
	if err := s.db.Update(context.Background(), func(tx *sqldb.Tx) error { return share(tx, worker, id, occupation, flagged, from, to) }); err != nil {
		s.Fatal(err)
	}
}

func share(tx *sqldb.Tx, worker, id, occupation string, flagged int, from, to string) error {
	if _, err := tx.Exec(`INSERT INTO consent_grant (id, worker, purpose, recipient, kinds, valid_from, valid_to, withdrawn)
		VALUES ('grant-1', $1, 'job_search', 'employment', 'certificate', $2, $3, 0) ON CONFLICT (id) DO NOTHING`, worker, from, to); err != nil {
		return err
	}
	_, err := tx.Exec(`INSERT INTO evidence (case_id, source, source_id, kind, worker, grant_id, since, until, months, code, fact_version, flagged, recorded_at)
		VALUES ($1, 'training', $2, 'certificate', $3, 'grant-1', '2026-10-01', '', 0, $4, 1, $5, 1),
			($1, 'insurance', $2, 'insurance_months', $3, 'grant-1', '2026-10', '', 3, '', 1, 0, 1)`, domain.ProfileCase(worker), id, worker, occupation, flagged)
	return err
}

// closingAndEvidence closes an account while an answer that brings a certificate is
// under way, and holds the profile: nothing of it stays.
func (s *suite) closingAndEvidence() {
	s.do(func(ctx context.Context, tx app.Store) error {
		return tx.SaveProfile(ctx, domain.Profile{Worker: "worker-1"})
	})
	asks := make(chan struct{}, 1)
	var closed sync.WaitGroup
	if err := s.db.Update(context.Background(), func(tx *sqldb.Tx) error {
		_, err := s.store.In(tx).Profile("worker-1")
		closed.Go(func() {
			s.do(func(ctx context.Context, tx app.Store) error {
				return s.uses().CloseAccount(ctx, asking{tx, asks}, "worker-1")
			})
		})
		if tx.Dialect() == sqldb.Postgres { // SQLite has one writer: there it begins when this has ended
			<-asks
		}
		return errors.Join(err, share(tx, "worker-1", "certificate-1", "6-29", 0, "2026-11-02", "2026-11-30"))
	}); err != nil {
		s.Error(err)
	}
	closed.Wait()
	s.do(func(_ context.Context, tx app.Store) error {
		same(s, map[string][]domain.Qualification{}, func() (map[string][]domain.Qualification, error) {
			return tx.HeldQualifications(clock.NewDate(2026, 11, 2), "worker-1")
		})
		return nil
	})
}

// asking tells when a use case asks for the profiles of a person.
type asking struct {
	app.Store
	asks chan struct{}
}

func (s asking) Profiles(worker string) ([]domain.Profile, error) {
	select {
	case s.asks <- struct{}{}:
	default: // the transaction runs again
	}
	return s.Store.Profiles(worker)
}

func (s *suite) qualifications() {
	s.do(func(ctx context.Context, tx app.Store) error {
		return tx.SaveProfile(ctx, domain.Profile{Worker: "worker-1"})
	})
	s.shares("worker-1", "certificate-1", "6-29", 1, "2026-11-02", "2026-11-30")
	want := []domain.Qualification{{CertificateID: "certificate-1", Occupation: "6-29", Since: "2026-10-01", Flagged: true}}
	s.do(func(_ context.Context, tx app.Store) error {
		same(s, map[string][]domain.Qualification{"worker-1": want}, func() (map[string][]domain.Qualification, error) {
			return tx.HeldQualifications(clock.NewDate(2026, 11, 30), "worker-1", "worker-2")
		})
		same(s, map[string][]domain.Qualification{}, func() (map[string][]domain.Qualification, error) {
			return tx.HeldQualifications(clock.NewDate(2026, 12, 1), "worker-1")
		})
		if err := tx.NoteQualifications("worker-1", want); err != nil {
			return err
		}
		same(s, want, func() ([]domain.Qualification, error) { return tx.NotedQualifications("worker-1") })
		if err := tx.NoteQualifications("worker-1", nil); err != nil {
			return err
		}
		noted, err := tx.NotedQualifications("worker-1")
		if len(noted) != 0 {
			s.Errorf("noted %v", noted)
		}
		return err
	})
}
