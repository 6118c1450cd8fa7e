package app

import (
	"context"

	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// relieve puts an application that was wronged first in its list, unless it has
// an offer or a home by now, or waits no more.
func (a *App) relieve(ctx context.Context, s Store, r domain.Round, e domain.RoundEntry) error {
	application, err := s.Application(e.ApplicationID)
	if err != nil || !application.Waits() {
		return err
	}
	days, err := a.number("HO-REDRESS", "days", r.County)
	if err != nil {
		return err
	}
	f := domain.Relief{
		ID: a.NewID(), RoundID: r.ID, ApplicationID: application.ID, Worker: application.Worker, County: r.County, Kind: r.Kind, State: domain.ReliefOpen,
		DueOn: a.today().AddDays(days),
	}
	return s.SaveRelief(ctx, f, f.Told()...)
}

// relieved ends the relief of an application that has a home, or is over.
func relieved(ctx context.Context, s Store, applicationID string) error {
	all, err := s.ReliefsOf(applicationID)
	if err != nil {
		return err
	}
	for _, f := range all {
		f.State = domain.ReliefDone
		if err := s.SaveRelief(ctx, f); err != nil {
			return err
		}
	}
	return nil
}
