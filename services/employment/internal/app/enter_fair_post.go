package app

import (
	"context"

	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// EnterFairPost brings seats of an open vacancy to a fair, or changes how many
// they are, and tells what that did.
func (a *App) EnterFairPost(ctx context.Context, s Store, fairID, vacancyID string, seats int) (outcome string, err error) {
	f, err := s.ShareFair(fairID)
	if err != nil {
		return "", err
	}
	v, err := s.PeekVacancy(vacancyID)
	if err != nil {
		return "", err
	}
	e, err := s.Employer(v.EmployerID)
	if err != nil {
		return "", err
	}
	if err := mayManage(ctx, e, v.County); err != nil {
		return "", err
	}
	p, found, err := s.FairPostOf(fairID, vacancyID)
	if err != nil {
		return "", err
	}
	var events []domain.Event
	outcome = domain.Created
	if found {
		proposed, err := s.Unanswered(fairID)
		if err != nil {
			return "", err
		}
		outcome = domain.Updated
		if p, events, err = p.SetSeats(f, v, seats, proposed[vacancyID], a.today()); err != nil {
			return "", err
		}
		if len(events) == 0 {
			return domain.Unchanged, nil
		}
	} else if p, events, err = domain.EnterFairPost(a.NewID(), f, v, seats, a.today()); err != nil {
		return "", err
	}
	return outcome, s.SaveFairPost(ctx, p, events...)
}
