package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/insurance/internal/domain"
)

// ownCover loads an enrolment for the agency of its county, with what is credited of it.
func ownCover(ctx context.Context, s Store, id string) (domain.Cover, []domain.Month, error) {
	c, err := s.Cover(id)
	if err != nil {
		return c, nil, err
	}
	if _, err := auth.Covering(ctx, c.Division); err != nil {
		return domain.Cover{}, nil, auth.Hide(err, domain.ErrCoverUnknown)
	}
	credited, err := s.Credited(id)
	return c, credited, err
}

// TakeBackMonth takes back a month that was credited by mistake, and returns how many
// are left.
func (a *App) TakeBackMonth(ctx context.Context, s Store, enrolmentID, month, reason string) (int, error) {
	m, err := domain.ParseMonth(month)
	if err != nil {
		return 0, err
	}
	c, _, err := ownCover(ctx, s, enrolmentID)
	if err != nil {
		return 0, err
	}
	if err := s.TakeBackMonth(enrolmentID, m); err != nil {
		return 0, err
	}
	c, events, err := c.TakeBack(m, reason)
	if err != nil {
		return 0, err
	}
	return c.Months, s.SaveCover(ctx, c, events...)
}

// CorrectEnrolment corrects the schemes or the first month of an enrolment.
func (a *App) CorrectEnrolment(ctx context.Context, s Store, id string, schemes []string, from, reason string) error {
	month, err := domain.ParseMonth(from)
	if err != nil {
		return err
	}
	c, credited, err := ownCover(ctx, s, id)
	if err != nil {
		return err
	}
	d, err := s.Peek(c.DutyID)
	if err != nil {
		return err
	}
	c, events, err := c.Correct(d, schemes, month, credited, reason, clock.Today(a.Clock))
	if err != nil || len(events) == 0 {
		return err
	}
	return s.SaveCover(ctx, c, events...)
}

// EndEnrolment ends a cover before its hire ends.
func (a *App) EndEnrolment(ctx context.Context, s Store, id, last, reason string) error {
	month, err := domain.ParseMonth(last)
	if err != nil {
		return err
	}
	c, credited, err := ownCover(ctx, s, id)
	if err != nil {
		return err
	}
	c, events, err := c.End(month, credited, reason, clock.Today(a.Clock))
	if err != nil {
		return err
	}
	return s.SaveCover(ctx, c, events...)
}

// ResumeEnrolment lets a cover go on that was ended by mistake.
func (a *App) ResumeEnrolment(ctx context.Context, s Store, id, reason string) error {
	c, _, err := ownCover(ctx, s, id)
	if err != nil {
		return err
	}
	c, events, err := c.Resume(reason)
	if err != nil {
		return err
	}
	return s.SaveCover(ctx, c, events...)
}
