package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// CheckPaper says whether a paper or a witness's statement can be recorded on
// an application, and whose it is. The paper then counts as much as the
// digital fact (promise 7).
func (a *App) CheckPaper(ctx context.Context, s Store, applicationID string, paper domain.Paper) (worker string, err error) {
	p, err := auth.From(ctx)
	if err != nil {
		return "", err
	}
	if err := paper.Check(clock.Today(a.Clock)); err != nil {
		return "", err
	}
	application, err := s.Application(applicationID)
	if err != nil {
		return "", err
	}
	if err := auth.Hide(p.CoversDivision(application.County), domain.ErrApplicationUnknown); err != nil {
		return "", err
	}
	return application.Worker, application.MayBeDecided()
}
