package app

import (
	"context"
	"errors"
	"time"

	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// ServeRenewal does the same for the decision on a renewal.
func (a *App) ServeRenewal(ctx context.Context, s Store, id string, at time.Time) error {
	renewal, err := s.Renewal(id)
	if errors.Is(err, domain.ErrRenewalUnknown) {
		return nil
	}
	if err != nil {
		return err
	}
	all, changed, err := a.served(renewal.Reasons, at)
	if err != nil || !changed {
		return err
	}
	renewal.Reasons = all
	return s.SaveRenewal(ctx, renewal)
}
