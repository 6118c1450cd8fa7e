package app

import (
	"context"
	"errors"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// DecideDouble takes an officer's word on a pair. Where they are one child, the
// application that goes is withdrawn; both guardians are told.
func (a *App) DecideDouble(ctx context.Context, s Store, doubleID, outcome, withdrawn, why string) error {
	seen, err := s.PeekDouble(doubleID)
	if err != nil {
		return err
	}
	p, r, err := round(ctx, s, seen.RoundID)
	if err = auth.Hide(err, domain.ErrDoubleUnknown); err != nil {
		return err
	}
	d, err := s.Double(doubleID)
	if err != nil {
		return err
	}
	if d, err = d.Decide(r, outcome, withdrawn, why, p.Subject, a.Clock.Now()); err != nil {
		return err
	}
	for _, id := range []string{d.First, d.Second} { // the lesser id first, as they are locked
		application, err := s.Application(id)
		if err != nil {
			return err
		}
		e, err := s.Entry(d.RoundID, id)
		if err != nil && !errors.Is(err, domain.ErrEntryUnknown) {
			return err
		}
		if err == nil {
			if err := s.SaveEntry(ctx, e, d.Told(id)...); err != nil {
				return err
			}
		}
		if id == d.Withdrawn && application.State != domain.Withdrawn {
			if err := a.withdraw(ctx, s, application); err != nil {
				return err
			}
		}
	}
	return s.SaveDouble(ctx, d)
}
