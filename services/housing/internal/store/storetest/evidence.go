package storetest

import (
	"context"
	"fmt"
	"slices"

	"github.com/qiao-platform/qiao/pkg/evidence"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
	"github.com/qiao-platform/qiao/services/housing/internal/store"
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
				s.do(func(ctx context.Context, tx *store.Tx) error { return tx.SaveApplication(ctx, a) })
			}
		}
	}
	s.do(func(_ context.Context, tx *store.Tx) error {
		got, err := tx.OpenCases("worker-1")
		if !slices.Equal(got, want) {
			s.Errorf("got %v, want %v", got, want)
		}
		return err
	})
}

func (s *suite) endHeld() {
	hold := func(a domain.Application, version int64) {
		s.do(func(ctx context.Context, tx *store.Tx) error { return tx.SaveApplication(ctx, a) })
		err := s.db.Update(context.Background(), func(tx *sqldb.Tx) error {
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
		s.do(func(_ context.Context, tx *store.Tx) error {
			got, err := tx.EndHeld("worker-1", end, 3)
			if !slices.Equal(got, want) {
				s.Errorf("got %v, want %v", got, want)
			}
			return err
		})
	}
	s.do(func(_ context.Context, tx *store.Tx) error {
		proofs, err := tx.Proofs("leased")
		if len(proofs) != 1 || proofs[0].Until != "2026-11-01" || proofs[0].Since != "2026-01-01" {
			s.Errorf("%+v", proofs)
		}
		return err
	})
}
