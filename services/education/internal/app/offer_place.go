package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// OfferPlace offers a free place of a school to an application that waits. The
// school's row is locked and its places are counted under the lock: of many
// who want the last place, one gets it.
func (a *App) OfferPlace(ctx context.Context, s Store, applicationID, schoolID string) (domain.Offer, error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return domain.Offer{}, err
	}
	application, err := s.Application(applicationID)
	if err != nil {
		return domain.Offer{}, err
	}
	if err := auth.Hide(p.CoversDivision(application.County), domain.ErrApplicationUnknown); err != nil {
		return domain.Offer{}, err
	}
	school, err := s.School(schoolID)
	if err != nil {
		return domain.Offer{}, err
	}
	if err := p.CoversDivision(school.County); err != nil {
		return domain.Offer{}, err
	}
	return a.offer(ctx, s, application, school, "")
}

// offer offers a place of a school whose row the caller holds.
func (a *App) offer(ctx context.Context, s Store, application domain.Application, school domain.School, way string) (domain.Offer, error) {
	taken, err := s.Taken(school.ID)
	if err != nil {
		return domain.Offer{}, err
	}
	days, err := a.number("ED-OFFER", "days", school.County)
	if err != nil {
		return domain.Offer{}, err
	}
	o, application, events, err := domain.MakeOffer(a.NewID(), application, school, taken, days, a.Clock.Now())
	if err != nil {
		return domain.Offer{}, err
	}
	o.Way = way
	if err := s.SaveApplication(ctx, application); err != nil {
		return domain.Offer{}, err
	}
	return o, s.SaveOffer(ctx, o, events...)
}
