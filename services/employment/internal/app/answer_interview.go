package app

import (
	"context"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// AcceptInterview is the worker's yes; from now on the employer may know the name.
func (a *App) AcceptInterview(ctx context.Context, s Store, id string) error {
	return a.answerInterview(ctx, s, id, domain.Interview.Accept)
}

// DeclineInterview is the worker's no. Only the invitation learns of it; the
// application keeps its place.
func (a *App) DeclineInterview(ctx context.Context, s Store, id string) error {
	return a.answerInterview(ctx, s, id, domain.Interview.Decline)
}

func (a *App) answerInterview(ctx context.Context, s Store, id string, give func(domain.Interview, time.Time) (domain.Interview, []domain.Event, error)) error {
	i, err := s.Interview(id)
	if err != nil {
		return err
	}
	if _, err := auth.ActingFor(ctx, i.Worker); err != nil {
		return auth.Hide(err, domain.ErrInterviewUnknown)
	}
	i, events, err := give(i, a.Clock.Now())
	if err != nil {
		return err
	}
	return s.SaveInterview(ctx, i, events...)
}
