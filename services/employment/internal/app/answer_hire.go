package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// ConfirmHire is the worker's word for a hire that the employer stated.
func (a *App) ConfirmHire(ctx context.Context, s Store, id string) error {
	return answerHire(ctx, s, id, domain.Hire.Confirm)
}

// DisputeHire is the worker's "not me".
func (a *App) DisputeHire(ctx context.Context, s Store, id string) error {
	return answerHire(ctx, s, id, domain.Hire.Dispute)
}

// ConfirmEnd is the worker's word for the end that the employer stated.
func (a *App) ConfirmEnd(ctx context.Context, s Store, id string) error {
	return answerHire(ctx, s, id, domain.Hire.ConfirmEnd)
}

// DisputeEnd is the worker's word that the hire goes on.
func (a *App) DisputeEnd(ctx context.Context, s Store, id string) error {
	return answerHire(ctx, s, id, domain.Hire.DisputeEnd)
}

// answerHire is the worker's answer to what an employer stated.
func answerHire(ctx context.Context, s Store, id string, give func(domain.Hire) (domain.Hire, []domain.Event, error)) error {
	h, err := s.Hire(id)
	if err != nil {
		return err
	}
	if _, err := auth.ActingFor(ctx, h.Worker); err != nil {
		return auth.Hide(err, domain.ErrHireUnknown)
	}
	h, events, err := give(h)
	if err != nil {
		return err
	}
	return s.SaveHire(ctx, h, events...)
}
