package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// EndHire ends a hire on the worker's word at once; an end that the employer
// states waits for the worker.
func (a *App) EndHire(ctx context.Context, s Store, id, endedOn, ground string) (domain.HireState, error) {
	h, err := s.Hire(id)
	if err != nil {
		return "", err
	}
	p, err := auth.FromContext(ctx)
	if err != nil {
		return "", err
	}
	end := domain.Hire.End
	if p.Kind == auth.Employer {
		end, err = domain.Hire.StateEnd, Owns(ctx, s, h.EmployerID)
	} else {
		err = p.MayActFor(h.Worker)
	}
	if err = auth.Hide(err, domain.ErrHireUnknown); err != nil {
		return "", err
	}
	on, err := Date(endedOn, domain.ErrHireEndedOn)
	if err != nil {
		return "", err
	}
	g, err := domain.ParseGround(ground)
	if err != nil {
		return "", err
	}
	h, events, err := end(h, on, g)
	if err != nil {
		return "", err
	}
	return h.State, s.SaveHire(ctx, h, events...)
}
