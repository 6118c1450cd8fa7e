package startup

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
)

// RequestPremises asks for premises.
func (a *App) RequestPremises(ctx context.Context, s Store, worker, siteID string) (string, error) {
	if _, err := auth.ActingFor(ctx, worker); err != nil {
		return "", err
	}
	p, err := s.PeekPremises(siteID)
	if err != nil {
		return "", err
	}
	q, events := p.Request(a.NewID(), worker, a.Clock.Now())
	return q.ID, s.SavePremisesRequest(ctx, q, events...)
}
