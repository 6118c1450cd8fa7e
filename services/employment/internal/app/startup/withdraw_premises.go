package startup

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/employment/internal/domain/startup"
)

// WithdrawPremises takes a request for premises back.
func (a *App) WithdrawPremises(ctx context.Context, s Store, id string) error {
	q, err := s.PremisesRequest(id)
	if err != nil {
		return err
	}
	if _, err := auth.ActingFor(ctx, q.Worker); err != nil {
		return auth.Hide(err, startup.ErrRequestUnknown)
	}
	q, events, err := q.Withdraw()
	if err != nil {
		return err
	}
	return s.SavePremisesRequest(ctx, q, events...)
}
