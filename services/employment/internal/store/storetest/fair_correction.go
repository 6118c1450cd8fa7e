package storetest

import (
	"context"
	"errors"
	"time"

	"github.com/qiao-platform/qiao/pkg/outbox"
	app "github.com/qiao-platform/qiao/services/employment/internal/app/fair"
	"github.com/qiao-platform/qiao/services/employment/internal/domain/fair"
)

// fairCorrections keeps a fair's corrections, each number once, the newest first.
func (s *suite) fairCorrections() {
	s.atFair(jobFair("fair-1"), 3)
	c := fair.Correction{
		ID: "correction-1", FairID: "fair-1", Division: "654300", Number: 1, Why: "rank", State: fair.CorrectionProposed, Figure: "3210.55",
		Mends:   fair.Mends{Seats: []fair.SeatsMend{{VacancyID: "vacancy-1", Seats: 4}}, Ranks: []fair.RankMend{{ApplicationID: "a1", VacancyID: "vacancy-1", Rank: 1}}},
		Wronged: 2, ProposedBy: "officer-1", DecidedBy: "officer-2", ProposedAt: noon, DecidedAt: noon.Add(time.Hour),
	}
	second := c
	second.ID, second.Number, second.State = "correction-2", 2, fair.CorrectionTaken
	s.atFairs(func(ctx context.Context, tx app.Store) error {
		return errors.Join(tx.SaveCorrection(ctx, c), tx.SaveCorrection(ctx, second))
	})
	c.Version, second.Version = 1, 1
	s.atFairs(func(_ context.Context, tx app.Store) error {
		same(s, c, func() (fair.Correction, error) { return tx.Correction("correction-1") })
		same(s, []fair.Correction{second, c}, func() ([]fair.Correction, error) { return tx.Corrections("fair-1") })
		if _, err := tx.Correction("Correction-1"); !errors.Is(err, fair.ErrCorrectionUnknown) { // ids are case-sensitive
			s.Error(err)
		}
		return nil
	})
	stale := c
	stale.Version = 0
	if err := try(s, s.fairs.In, func(ctx context.Context, tx app.Store) error { return tx.SaveCorrection(ctx, stale) }); !errors.Is(err, outbox.ErrStale) {
		s.Errorf("a stale correction: %v", err)
	}
	twice := c
	twice.ID, twice.Version = "correction-3", 0
	if err := try(s, s.fairs.In, func(ctx context.Context, tx app.Store) error { return tx.SaveCorrection(ctx, twice) }); err == nil {
		s.Error("a number is given twice")
	}
}
