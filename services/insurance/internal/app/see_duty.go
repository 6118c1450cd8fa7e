package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/insurance/internal/domain"
)

// SeeDuty shows one duty to its employer and to the agency of the county. It names
// no person.
func (a *App) SeeDuty(ctx context.Context, s Store, id string) (domain.Duty, error) {
	d, err := s.Peek(id)
	if err == nil {
		err = auth.Hide(mayEnrol(ctx, d), domain.ErrDutyUnknown)
	}
	return d, err
}
