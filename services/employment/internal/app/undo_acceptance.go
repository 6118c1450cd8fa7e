package app

import (
	"context"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// UndoAcceptance takes back, within the time of PR-UNDO, an acceptance that
// somebody else gave in the name of the worker.
func (a *App) UndoAcceptance(ctx context.Context, s Store, offerID string) error {
	application, o, err := offered(s, offerID)
	if err != nil {
		return err
	}
	if _, err := auth.ActingFor(ctx, o.Worker); err != nil {
		return auth.Hide(err, domain.ErrOfferUnknown)
	}
	hours, err := a.number("PR-UNDO", "hours", o.County)
	if err != nil {
		return err
	}
	v, err := s.Vacancy(o.VacancyID)
	if err != nil {
		return err
	}
	if err := o.Undoable(time.Duration(hours)*time.Hour, a.Clock.Now()); err != nil {
		return err
	}
	h, err := s.Hire(o.HireID)
	if err != nil {
		return err
	}
	done, err := o.Undo(application, v, h)
	if err != nil {
		return err
	}
	if err := s.SaveApplication(ctx, done.Application); err != nil {
		return err
	}
	if err := s.SaveOffer(ctx, done.Offer); err != nil {
		return err
	}
	if err := s.SaveVacancy(ctx, done.Vacancy); err != nil {
		return err
	}
	return s.SaveHire(ctx, done.Hire, done.HireEvents...)
}
