package app

import (
	"context"

	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// AskClerk brings a refused text before a clerk. The same text of the same
// employer waits only once.
func (a *App) AskClerk(ctx context.Context, s Store, p Post) (id, outcome string, err error) {
	e, t, err := a.readPost(ctx, s, p)
	if err != nil {
		return "", "", err
	}
	findings, reasons, words, err := a.judge(t.County, t.Title, t.Requirements)
	if err != nil {
		return "", "", err
	}
	r, events, err := domain.Ask(a.NewID(), e, t, findings, reasons, words, a.Clock.Now())
	if err != nil {
		return "", "", err
	}
	if id, found, err := s.WaitingReview(e.ID, r.Digest); err != nil || found {
		return id, domain.Unchanged, err
	}
	return r.ID, domain.Created, s.SaveReview(ctx, r, events...)
}
