package storetest

import (
	"context"
	"fmt"
	"slices"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/evidence"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/housing/internal/app"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// cases compares the query with the domain's own word for it.
func (s *suite) cases() {
	n := 0
	var want []string
	for _, state := range append(domain.OpenStates(), domain.Leased, domain.Withdrawn) {
		for _, kind := range []domain.Kind{domain.PublicRental, domain.Dormitory} {
			for _, reopened := range []bool{false, true} {
				n++
				a := application(fmt.Sprintf("application-%02d", n), "worker-1", state)
				a.County, a.Kind, a.Reopened = fmt.Sprintf("county-%d", n), kind, reopened
				if a.WantsEvidence() {
					want = append(want, a.ID)
				}
				s.do(func(ctx context.Context, tx app.Store) error { return tx.SaveApplication(ctx, a) })
			}
		}
	}
	s.do(func(_ context.Context, tx app.Store) error {
		got, err := tx.OpenCases("worker-1")
		if !slices.Equal(got, want) {
			s.Errorf("got %v, want %v", got, want)
		}
		return err
	})
}

func (s *suite) endHeld() {
	hold := func(a domain.Application, version int64) {
		s.do(func(ctx context.Context, tx app.Store) error { return tx.SaveApplication(ctx, a) })
		err := s.db.Update(context.Background(), func(tx *sqldb.Tx) error {
			if _, err := tx.Exec(`INSERT INTO consent_grant (id, worker, purpose, recipient, kinds, valid_from, valid_to, withdrawn)
			VALUES ('grant-1', 'worker-1', 'public_rental', 'housing', 'job', '2026-11-02', '2026-11-30', 0) ON CONFLICT (id) DO NOTHING`); err != nil {
				return err
			}
			_, err := tx.Exec(`INSERT INTO evidence (case_id, source, source_id, kind, worker, grant_id, since, until, months, code, fact_version, flagged, recorded_at)
				VALUES ($1, 'employment', 'hire-1', 'job', 'worker-1', 'grant-1', '2026-01-01', '', 0, '6-29', $2, 0, 1)`, a.ID, version)
			return err
		})
		if err != nil {
			s.Fatal(err)
		}
	}
	hold(application("leased", "worker-1", domain.Leased), 1)
	hold(application("newer", "worker-1", domain.Leased), 5)
	hold(application("open", "worker-1", domain.Eligible), 1)
	end := domain.Proof{Kind: evidence.Job, Source: "employment", SourceID: "hire-1", Until: "2026-11-01"}
	for _, want := range [][]string{{"leased"}, nil} { // the second time there is nothing new
		s.do(func(_ context.Context, tx app.Store) error {
			got, err := tx.EndHeld("worker-1", end, 3)
			if !slices.Equal(got, want) {
				s.Errorf("got %v, want %v", got, want)
			}
			return err
		})
	}
	s.do(func(_ context.Context, tx app.Store) error {
		proofs, err := tx.Proofs("leased", day)
		if len(proofs) != 1 || proofs[0].Until != "2026-11-01" || proofs[0].Since != "2026-01-01" {
			s.Errorf("%+v", proofs)
		}
		s.usable(tx)
		return err
	})
}

// usable is S7 for who reads: a fact counts from its grant's first day to its last.
func (s *suite) usable(tx app.Store) {
	for on, want := range map[clock.Date]int{day.AddDays(-1): 0, day: 1, clock.NewDate(2026, 11, 30): 1, clock.NewDate(2026, 12, 1): 0} {
		proofs, err := tx.Proofs("open", on)
		if err != nil || len(proofs) != want {
			s.Errorf("on %s %d facts, %v", on, len(proofs), err)
		}
		all, err := tx.Candidates("654301", domain.PublicRental, on)
		if err != nil || len(all) != 1 || len(all[0].Proofs) != want {
			s.Errorf("on %s %+v, %v", on, all, err)
		}
	}
}
