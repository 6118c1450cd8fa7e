package app

import (
	"context"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

func (a *App) undoTime(county string) (time.Duration, error) {
	hours, err := a.number("PR-UNDO", "hours", county)
	return time.Duration(hours) * time.Hour, err
}

// answer loads an offer and its application for who may answer it.
func answer(ctx context.Context, s Store, offerID string) (p auth.Principal, o domain.Offer, a domain.Application, err error) {
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
	if err = holdRound(s, seen); err != nil {
		return p, o, a, err
	}
	if a, err = s.Application(seen.ApplicationID); err != nil {
		return p, o, a, err
	}
	if nobody, err := unkept(s, a); err != nil || nobody {
		if nobody {
			err = domain.ErrOfferUnknown
		}
		return p, o, a, err
	}
	if o, err = s.Offer(offerID); err != nil {
		return p, o, a, err
	}
	return p, o, a, auth.Hide(p.MayActFor(o.Worker), domain.ErrOfferUnknown) // it may have gone over meanwhile
}

// holdRound keeps the round of an offer's child from being committed or ended
// meanwhile: whoever ends it would not see that the child waits again, and whoever
// answers not that it ended. Of all that is locked, a round is the first.
func holdRound(s Store, o domain.Offer) error {
	id, _, err := roundOf(s, o)
	if err != nil || id == "" {
		return err
	}
	_, err = s.HoldRound(id)
	return err
}

// giveBack saves an offer that came to nothing and brings its application back
// to its place in the queue.
func (a *App) giveBack(ctx context.Context, s Store, application domain.Application, o domain.Offer, events []domain.Event) error {
	if application.OfferID != o.ID { // it was beside an accepted place, which stays
		return s.SaveOffer(ctx, o, events...)
	}
	if err := s.SaveApplication(ctx, application.Return()); err != nil {
		return err
	}
	if err := s.SaveOffer(ctx, o, events...); err != nil {
		return err
	}
	return a.stillUnplaced(ctx, s, application, o)
}
