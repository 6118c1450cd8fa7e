package storetest

import (
	"context"
	"errors"
	"time"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/services/employment/internal/app"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// fairCorrections keeps a fair's corrections, each number once, the newest first.
func (s *suite) fairCorrections() {
	s.atFair(fair("fair-1"), 3)
	c := domain.FairCorrection{
		ID: "correction-1", FairID: "fair-1", Division: "654300", Number: 1, Why: "rank", State: domain.CorrectionProposed, Figure: "3210.55",
		Mends:   domain.FairMends{Seats: []domain.FairSeatsMend{{VacancyID: "vacancy-1", Seats: 4}}, Ranks: []domain.FairRankMend{{ApplicationID: "a1", VacancyID: "vacancy-1", Rank: 1}}},
		Wronged: 2, ProposedBy: "officer-1", DecidedBy: "officer-2", ProposedAt: noon, DecidedAt: noon.Add(time.Hour),
	}
	second := c
	second.ID, second.Number, second.State = "correction-2", 2, domain.CorrectionTaken
	s.do(func(ctx context.Context, tx app.Store) error {
		return errors.Join(tx.SaveFairCorrection(ctx, c), tx.SaveFairCorrection(ctx, second))
	})
	c.Version, second.Version = 1, 1
	s.do(func(_ context.Context, tx app.Store) error {
		same(s, c, func() (domain.FairCorrection, error) { return tx.FairCorrection("correction-1") })
		same(s, []domain.FairCorrection{second, c}, func() ([]domain.FairCorrection, error) { return tx.FairCorrections("fair-1") })
		if _, err := tx.FairCorrection("Correction-1"); !errors.Is(err, domain.ErrFairCorrectionUnknown) { // ids are case-sensitive
			s.Error(err)
		}
		return nil
	})
	stale := c
	stale.Version = 0
	if err := s.try(func(ctx context.Context, tx app.Store) error { return tx.SaveFairCorrection(ctx, stale) }); !errors.Is(err, outbox.ErrStale) {
		s.Errorf("a stale correction: %v", err)
	}
	twice := c
	twice.ID, twice.Version = "correction-3", 0
	if err := s.try(func(ctx context.Context, tx app.Store) error { return tx.SaveFairCorrection(ctx, twice) }); err == nil {
		s.Error("a number is given twice")
	}
}
