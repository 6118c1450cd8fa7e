package app

import (
	"context"
	"slices"

	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// SetSeats gives a school seats in a round. The school's row is locked, so that
// nobody gets a place meanwhile that the round is about to hold.
func (a *App) SetSeats(ctx context.Context, s Store, roundID, schoolID string, seats, reserved int) error {
	_, r, err := round(ctx, s, roundID)
	if err != nil {
		return err
	}
	school, err := s.School(schoolID)
	if err != nil {
		return err
	}
	taken, err := s.Taken(schoolID)
	if err != nil {
		return err
	}
	all, err := s.Seated(roundID)
	if err != nil {
		return err
	}
	seated := domain.Seated{School: school}
	if i := slices.IndexFunc(all, func(d domain.Seated) bool { return d.School.ID == schoolID }); i >= 0 {
		seated = all[i]
	}
	seated, events, err := r.SetSeats(seated, seats, reserved, school.Free(taken-seated.Seats))
	if err != nil {
		return err
	}
	return s.SaveSeated(ctx, seated, events...)
}
