package app

import (
	"context"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// AcceptOffer accepts for the worker, who acts in person or through a counter
// or a helper; which of both is kept with the acceptance.
func (a *App) AcceptOffer(ctx context.Context, s Store, offerID string) error {
	p, o, application, err := offerToAnswer(ctx, s, offerID)
	if err != nil {
		return err
	}
	o, events, err := o.Accept(p.ActsHimself(o.Worker), a.Clock.Now())
	if err != nil {
		return err
	}
	if err := s.SaveApplication(ctx, application.Accept()); err != nil {
		return err
	}
	if err := relieved(ctx, s, application.ID); err != nil {
		return err
	}
	return s.SaveOffer(ctx, o, events...)
}

// DeclineOffer declines; the application is back at its place.
func (a *App) DeclineOffer(ctx context.Context, s Store, offerID string) error {
	_, o, application, err := offerToAnswer(ctx, s, offerID)
	if err != nil {
		return err
	}
	o, events, err := o.Decline(a.Clock.Now())
	if err != nil {
		return err
	}
	_, err = giveBack(ctx, s, application, o, events)
	return err
}

// UndoAcceptance takes back an acceptance that another gave. The application
// it returns is at its place again and wants evidence again.
func (a *App) UndoAcceptance(ctx context.Context, s Store, offerID string) (domain.Application, error) {
	_, o, application, err := offerToAnswer(ctx, s, offerID)
	if err != nil {
		return application, err
	}
	within, err := a.undoTime(o.County)
	if err != nil {
		return application, err
	}
	o, events, err := o.Undo(within, a.Clock.Now())
	if err != nil {
		return application, err
	}
	return giveBack(ctx, s, application, o, events)
}

func (a *App) undoTime(county string) (time.Duration, error) {
	hours, err := a.number("PR-UNDO", "hours", county)
	return time.Duration(hours) * time.Hour, err
}

// offerToAnswer loads an offer and its application for who may answer it.
func offerToAnswer(ctx context.Context, s Store, offerID string) (p auth.Principal, o domain.Offer, a domain.Application, err error) {
	seen, err := s.PeekOffer(offerID)
	if err != nil {
		return p, o, a, err
	}
	if p, err = auth.From(ctx); err != nil {
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
// application back to its place.
func giveBack(ctx context.Context, s Store, a domain.Application, o domain.Offer, events []domain.Event) (domain.Application, error) {
	a = a.Return()
	if err := s.SaveApplication(ctx, a); err != nil {
		return a, err
	}
	if err := s.SaveOffer(ctx, o, events...); err != nil {
		return a, err
	}
	return a, release(ctx, s, o.HomeID)
}
