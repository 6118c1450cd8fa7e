package app

import (
	"context"

	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// EvidenceEnded tells, on applications that are accepted or leased, that a fact
// which they hold has ended. These collect nothing new any more, and neither
// the acceptance nor the lease is touched: a person is told.
func (a *App) EvidenceEnded(ctx context.Context, s Store, worker string, f domain.Proof, version int64) error {
	held, err := s.EndHeld(worker, f, version)
	if err != nil {
		return err
	}
	for _, id := range held {
		if err := a.EvidenceChanged(ctx, s, id, f.Kind, "ended"); err != nil {
			return err
		}
	}
	return nil
}
