package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// OfferWayOut offers one of the ways out of a task. The task stays open until
// the guardian has accepted. A neighbouring county's free place is offered too:
// which counties help each other is a rule, not this officer's division.
func (a *App) OfferWayOut(ctx context.Context, s Store, taskID, way, schoolID string) (domain.Offer, error) {
	seen, err := s.PeekTask(taskID)
	if err != nil {
		return domain.Offer{}, err
	}
	if err := auth.Hide(covers(ctx, seen.County), domain.ErrTaskUnknown); err != nil {
		return domain.Offer{}, err
	}
	application, err := s.Application(seen.ApplicationID)
	if err != nil {
		return domain.Offer{}, err
	}
	task, err := s.TaskOf(seen.ApplicationID)
	if err != nil {
		return domain.Offer{}, err
	}
	if task.State != domain.TaskIsOpen {
		return domain.Offer{}, domain.ErrTaskDone
	}
	school, err := s.School(schoolID)
	if err != nil {
		return domain.Offer{}, err
	}
	if err := domain.CheckWay(way, task, school); err != nil {
		return domain.Offer{}, err
	}
	neighbours, err := a.neighbours(task.County)
	if err != nil {
		return domain.Offer{}, err
	}
	if len(domain.Nearness(nil, "", task.County, neighbours, []domain.School{school})) == 0 {
		return domain.Offer{}, domain.ErrWay
	}
	if way == domain.WayAdded {
		if err := covers(ctx, school.County); err != nil {
			return domain.Offer{}, err
		}
		var events []domain.Event
		school, events = school.AddPlace()
		if err := s.SaveSchool(ctx, school, events...); err != nil {
			return domain.Offer{}, err
		}
	}
	return a.offer(ctx, s, application, school, way)
}
