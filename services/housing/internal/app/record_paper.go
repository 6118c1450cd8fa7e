package app

import (
	"context"

	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// RecordPaper records a paper or a witness's statement on an application, and
// returns the evidence's id. It counts as much as the digital fact (promise 7).
func (a *App) RecordPaper(ctx context.Context, s Store, applicationID string, paper domain.Paper) (string, error) {
	if err := paper.Check(a.today()); err != nil {
		return "", err
	}
	application, err := lockApplication(ctx, s, applicationID)
	if err != nil {
		return "", err
	}
	if err := application.MayBeDecided(); err != nil {
		return "", err
	}
	id := a.NewID()
	return id, s.KeepPaper(ctx, id, application, paper)
}
