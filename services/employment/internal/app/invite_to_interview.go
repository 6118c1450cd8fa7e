package app

import (
	"context"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// InviteToInterview invites an applicant whose name the employer does not know.
func (a *App) InviteToInterview(ctx context.Context, s Store, applicationID string, meetAt time.Time, way string, m domain.Meeting) (string, error) {
	application, err := s.Application(applicationID)
	if err != nil {
		return "", err
	}
	if err := auth.Hide(Owns(ctx, s, application.EmployerID), domain.ErrApplicationUnknown); err != nil {
		return "", err
	}
	before, err := s.InterviewOf(applicationID)
	if err != nil {
		return "", err
	}
	if before.State == domain.InterviewIsOpen || before.State == domain.InterviewIsAccepted {
		return "", domain.ErrInterviewOpen
	}
	i, events, err := application.Invite(a.NewID(), meetAt, way, m, a.Clock.Now())
	if err != nil {
		return "", err
	}
	return i.ID, s.SaveInterview(ctx, i, events...)
}
