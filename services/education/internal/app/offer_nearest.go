package app

import (
	"context"
	"errors"

	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// wayNearest marks the offer that a child gets who came outside a round.
const wayNearest = "nearest"

// OfferNearest offers a child who is here outside a round the nearest free place
// at once; documents that are outstanding stand in no way. Where no place is
// free, a child of compulsory schooling opens a task of the bureau.
func (a *App) OfferNearest(ctx context.Context, s Store, applicationID, township string) (o domain.Offer, taskID string, err error) {
	if township != "" {
		if _, ok := a.Tables.Township(township); !ok {
			return o, "", domain.ErrTownship
		}
	}
	application, err := s.Application(applicationID)
	if err != nil {
		return o, "", err
	}
	neighbours, err := a.neighbours(application.County)
	if err != nil {
		return o, "", err
	}
	schools, err := s.Schools("", application.Stage)
	if err != nil {
		return o, "", err
	}
	var free []domain.School
	for _, l := range schools {
		if l.Free > 0 {
			free = append(free, l.School)
		}
	}
	for _, near := range domain.Nearness(application.SchoolIDs, township, application.County, neighbours, free) {
		school, err := s.School(near.ID)
		if err != nil {
			return o, "", err
		}
		o, err = a.offer(ctx, s, application, school, wayNearest)
		if !errors.Is(err, domain.ErrSchoolFull) { // somebody was quicker; the next one then
			return o, "", err
		}
	}
	if !application.Stage.Compulsory() {
		return domain.Offer{}, "", nil
	}
	taskID, err = a.openTask(ctx, s, application, "")
	return domain.Offer{}, taskID, err
}
