package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// AcceptOffer is the worker's acceptance: it takes one of the vacancy's places
// and registers the hire.
func (a *App) AcceptOffer(ctx context.Context, s Store, offerID string) (hireID string, err error) {
	application, o, err := offered(s, offerID)
	if err != nil {
		return "", err
	}
	p, err := auth.ActingFor(ctx, o.Worker)
	if err = auth.Hide(err, domain.ErrOfferUnknown); err != nil {
		return "", err
	}
	v, err := s.Vacancy(o.VacancyID)
	if err != nil {
		return "", err
	}
	done, err := o.Accept(application, v, a.NewID(), p.ActsHimself(o.Worker), a.Clock.Now())
	if err != nil {
		return "", err
	}
	if err := s.SaveApplication(ctx, done.Application); err != nil {
		return "", err
	}
	if err := s.SaveVacancy(ctx, done.Vacancy); err != nil {
		return "", err
	}
	if err := s.SaveOffer(ctx, done.Offer, done.OfferEvents...); err != nil {
		return "", err
	}
	return done.Hire.ID, s.SaveHire(ctx, done.Hire, done.HireEvents...)
}

// offered loads an offer with its application, the application locked first.
func offered(s Store, offerID string) (domain.Application, domain.Offer, error) {
	seen, err := s.PeekOffer(offerID)
	if err != nil {
		return domain.Application{}, domain.Offer{}, err
	}
	application, err := s.Application(seen.ApplicationID)
	if err != nil {
		return domain.Application{}, domain.Offer{}, err
	}
	o, err := s.Offer(offerID)
	return application, o, err
}
