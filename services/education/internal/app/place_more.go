package app

import (
	"context"

	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// placeMore adds a place to a school, beyond its capacity, and offers it. What
// was offered or accepted before stays until the guardian takes this instead.
func (a *App) placeMore(ctx context.Context, s Store, application domain.Application, schoolID string) error {
	school, err := s.School(schoolID)
	if err != nil {
		return err
	}
	school, added := school.AddPlace()
	if err := s.SaveSchool(ctx, school, added...); err != nil {
		return err
	}
	if application.State != domain.Offered && application.State != domain.Accepted {
		_, err = a.offer(ctx, s, application, school, domain.WayAdded)
		return err
	}
	taken, err := s.Taken(school.ID)
	if err != nil {
		return err
	}
	days, err := a.number("ED-OFFER", "days", school.County)
	if err != nil {
		return err
	}
	o, events, err := domain.MakeBetter(a.NewID(), application, school, taken, days, a.Clock.Now())
	if err != nil {
		return err
	}
	o.Way = domain.WayAdded
	return s.SaveOffer(ctx, o, events...)
}
