package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// offerToAnswer loads an offer and its application for who may answer it.
func offerToAnswer(ctx context.Context, s Store, offerID string) (p auth.Principal, o domain.Offer, a domain.Application, err error) {
	seen, err := s.PeekOffer(offerID)
	if err != nil {
		return p, o, a, err
	}
	if p, err = auth.FromContext(ctx); err != nil {
		return p, o, a, err
	}
	if err = auth.Hide(p.MayActFor(seen.Worker), domain.ErrOfferUnknown); err != nil {
		return p, o, a, err
	}
	if a, err = s.Application(seen.ApplicationID); err != nil {
		return p, o, a, err
	}
	o, err = s.Offer(offerID)
	return p, o, a, err
}

// giveBack saves an offer that came to nothing, frees its home and brings the
// application back to its place, on a list that may have been empty meanwhile.
func (a *App) giveBack(ctx context.Context, s Store, application domain.Application, o domain.Offer, events []domain.Event) (domain.Application, error) {
	application = application.Return()
	if err := s.SaveApplication(ctx, application); err != nil {
		return application, err
	}
	if err := s.SaveOffer(ctx, o, events...); err != nil {
		return application, err
	}
	if err := release(ctx, s, o.HomeID); err != nil || !application.Waits() {
		return application, err
	}
	return application, a.keepPublishing(ctx, s, application.County, application.Kind)
}

// offer offers a home whose row is locked to an application whose row is.
func (a *App) offer(ctx context.Context, s Store, application domain.Application, h domain.Home) (domain.Offer, error) {
	if err := s.Reachable(application.Worker); err != nil {
		return domain.Offer{}, err
	}
	days, err := a.number("HO-OFFER", "days", application.County)
	if err != nil {
		return domain.Offer{}, err
	}
	o, application, h, events, err := domain.MakeOffer(a.NewID(), application, h, days, a.Clock.Now())
	if err != nil {
		return domain.Offer{}, err
	}
	if err := s.SaveApplication(ctx, application); err != nil {
		return domain.Offer{}, err
	}
	if err := s.SaveHome(ctx, h); err != nil {
		return domain.Offer{}, err
	}
	return o, s.SaveOffer(ctx, o, events...)
}

// withdrawOffer ends the offer of an application that is over or refused, if
// it has one, and frees the home. The application's own event tells of it.
func withdrawOffer(ctx context.Context, s Store, offerID string) error {
	if offerID == "" {
		return nil
	}
	o, err := s.Offer(offerID)
	if err != nil {
		return err
	}
	if err := s.SaveOffer(ctx, o.Withdraw()); err != nil {
		return err
	}
	return release(ctx, s, o.HomeID)
}

func release(ctx context.Context, s Store, homeID string) error {
	h, err := s.Home(homeID)
	if err != nil {
		return err
	}
	return s.SaveHome(ctx, h.Release())
}
