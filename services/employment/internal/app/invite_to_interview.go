package app

import (
	"context"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// InviteToInterview invites an applicant whose name the employer does not know. An
// invitation that nobody answered in its time stands in the way of no other.
func (a *App) InviteToInterview(ctx context.Context, s Store, applicationID string, meetAt time.Time, way string, m domain.Meeting) (string, error) {
	application, err := s.Application(applicationID)
	if err != nil {
		return "", err
	}
	if err := auth.Hide(Owns(ctx, s, application.EmployerID), domain.ErrApplicationUnknown); err != nil {
		return "", err
	}
	if err := s.Reachable(application.Worker); err != nil {
		return "", err
	}
	before, err := s.InterviewOf(applicationID)
	if err != nil {
		return "", err
	}
	switch before = before.At(a.Clock.Now()); before.State {
	case domain.InterviewIsOpen, domain.InterviewIsAccepted:
		return "", domain.ErrInterviewOpen
	case domain.InterviewIsLapsed:
		if err := s.SaveInterview(ctx, before); err != nil {
			return "", err
		}
	}
	i, events, err := application.Invite(a.NewID(), meetAt, way, m, a.Clock.Now())
	if err != nil {
		return "", err
	}
	return i.ID, s.SaveInterview(ctx, i, events...)
}
