package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// SignLease signs the lease of an accepted offer.
func (a *App) SignLease(ctx context.Context, s Store, offerID, startsOn, endsOn string) (domain.Lease, error) {
	starts, err := clock.ParseDate(startsOn)
	if err != nil {
		return domain.Lease{}, err
	}
	ends, err := clock.ParseDate(endsOn)
	if err != nil {
		return domain.Lease{}, err
	}
	p, o, application, err := offerToAnswer(ctx, s, offerID)
	if err != nil {
		return domain.Lease{}, err
	}
	h, err := s.Home(o.HomeID)
	if err != nil {
		return domain.Lease{}, err
	}
	years, err := a.number("HO-03", "years_max", o.County)
	if err != nil {
		return domain.Lease{}, err
	}
	undo, err := a.undoTime(o.County)
	if err != nil {
		return domain.Lease{}, err
	}
	term := domain.Term{StartsOn: starts, EndsOn: ends, MostYears: years, Undo: undo}
	l, application, o, h, events, err := domain.Sign(a.NewID(), application, o, h, term, p.ActsHimself(o.Worker), a.Clock.Now())
	if err != nil {
		return domain.Lease{}, err
	}
	if err := s.SaveApplication(ctx, application); err != nil {
		return domain.Lease{}, err
	}
	if err := relieved(ctx, s, application.ID); err != nil {
		return domain.Lease{}, err
	}
	if err := s.SaveOffer(ctx, o); err != nil {
		return domain.Lease{}, err
	}
	if err := s.SaveHome(ctx, h); err != nil {
		return domain.Lease{}, err
	}
	if err := s.Later(ctx, TaskLease, l.ID, nextLook(l, a.today(), 0).Start()); err != nil {
		return domain.Lease{}, err
	}
	return l, s.SaveLease(ctx, l, events...)
}
