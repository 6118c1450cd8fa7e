package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// DecideHousehold takes an officer's word on a pair. Where they are one
// household, the application that goes is withdrawn; both are told.
func (a *App) DecideHousehold(ctx context.Context, s Store, id, outcome, withdrawn, why string) error {
	seen, err := s.Double(id)
	if err != nil {
		return err
	}
	p, err := officer(ctx, seen.County)
	if err = auth.Hide(err, domain.ErrDoubleUnknown); err != nil {
		return err
	}
	if err := s.LockList(seen.County, seen.Kind); err != nil {
		return err
	}
	d, err := s.Double(id)
	if err != nil {
		return err
	}
	if d, err = d.Decide(outcome, withdrawn, why, p.Subject, a.Clock.Now()); err != nil {
		return err
	}
	for _, one := range []string{d.First, d.Second} {
		application, err := s.Application(one)
		if err != nil {
			return err
		}
		if err := s.SaveApplication(ctx, application, d.Told(one)...); err != nil {
			return err
		}
		if one == d.Withdrawn && application.Open() {
			if err := a.withdraw(ctx, s, one); err != nil {
				return err
			}
		}
	}
	return s.SaveDouble(ctx, d)
}
