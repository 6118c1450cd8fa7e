package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// WithdrawApplication ends an application, with its open offer, before an
// offer is accepted.
func (a *App) WithdrawApplication(ctx context.Context, s Store, id string) error {
	application, err := s.Application(id)
	if err != nil {
		return err
	}
	if _, err := auth.ActingFor(ctx, application.Worker); err != nil {
		return auth.Hide(err, domain.ErrApplicationUnknown)
	}
	return withdraw(ctx, s, application)
}

func withdraw(ctx context.Context, s Store, a domain.Application) error {
	offered := a.State == domain.ApplicationIsOffered
	a, events, err := a.Withdraw()
	if err != nil {
		return err
	}
	if offered {
		o, err := s.Offer(a.OfferID)
		if err != nil {
			return err
		}
		if err := s.SaveOffer(ctx, o.Withdraw()); err != nil {
			return err
		}
	}
	i, err := s.InterviewOf(a.ID)
	if err != nil {
		return err
	}
	if i, ended := i.Withdraw(); ended {
		if err := s.SaveInterview(ctx, i); err != nil {
			return err
		}
	}
	if err := s.SaveApplication(ctx, a, events...); err != nil {
		return err
	}
	return s.FreeSeat(ctx, a.ID)
}
