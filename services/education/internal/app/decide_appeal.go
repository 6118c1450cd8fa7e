package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// DecideAppeal decides an appeal as another officer than those who drew asks. An
// upheld one adds a seat and offers it, or puts the child first in the next pass.
func (a *App) DecideAppeal(ctx context.Context, s Store, appealID, outcome, remedy, why string) (domain.Appeal, error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return domain.Appeal{}, err
	}
	seen, err := s.PeekAppeal(appealID)
	if err != nil {
		return seen, err
	}
	if err := auth.Hide(p.CoversDivision(seen.County), domain.ErrAppealUnknown); err != nil {
		return seen, err
	}
	r, err := s.Round(seen.RoundID)
	if err != nil {
		return seen, err
	}
	application, err := s.Application(seen.ApplicationID)
	if err != nil {
		return seen, err
	}
	then, err := s.Entry(seen.RoundID, seen.ApplicationID)
	if err != nil {
		return seen, err
	}
	appeal, err := s.Appeal(appealID)
	if err != nil {
		return appeal, err
	}
	schools, err := s.Seated(r.ID)
	if err != nil {
		return appeal, err
	}
	now, err := a.classify(s, then, schools)
	if err != nil {
		return appeal, err
	}
	x, err := a.explaining(r.County, 0)
	if err != nil {
		return appeal, err
	}
	appeal, events, err := appeal.Decide(outcome, remedy, why, p.Subject, r, then, now, x, clock.Today(a.Clock))
	if err != nil {
		return appeal, err
	}
	switch remedy {
	case domain.RemedyNextPass:
		if application.State != domain.Submitted {
			return appeal, domain.ErrAppealPlaced
		}
		then.FirstAt = appeal.SchoolID
		if err := s.SaveEntry(ctx, then); err != nil {
			return appeal, err
		}
	case domain.RemedySeat:
		if err := a.placeMore(ctx, s, application, appeal.SchoolID); err != nil {
			return appeal, err
		}
	}
	return appeal, s.SaveAppeal(ctx, appeal, events...)
}
