package fair

import (
	"context"

	"github.com/qiao-platform/qiao/services/employment/internal/app"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
	"github.com/qiao-platform/qiao/services/employment/internal/domain/fair"
)

// EnterPost brings seats of an open vacancy to a fair, or changes how many
// they are, and tells what that did.
func (a *App) EnterPost(ctx context.Context, s Store, fairID, vacancyID string, seats int) (outcome string, err error) {
	f, err := s.Share(fairID)
	if err != nil {
		return "", err
	}
	v, err := s.Jobs().PeekVacancy(vacancyID)
	if err != nil {
		return "", err
	}
	e, err := s.Jobs().Employer(v.EmployerID)
	if err != nil {
		return "", err
	}
	if err := app.MayManage(ctx, e, v.County); err != nil {
		return "", err
	}
	p, found, err := s.PostOf(fairID, vacancyID)
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
	} else if p, events, err = fair.EnterPost(a.NewID(), f, v, seats, a.today()); err != nil {
		return "", err
	}
	return outcome, s.SavePost(ctx, p, events...)
}
