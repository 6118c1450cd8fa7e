package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// ReadPaper says what a paper or a witness's statement proves for an
// application, and whose it is. It then counts as much as the digital fact
// (promise 7).
func (a *App) ReadPaper(ctx context.Context, s Store, applicationID string, shown domain.Paper) (paper domain.Paper, worker string, err error) {
	p, err := auth.From(ctx)
	if err != nil {
		return paper, "", err
	}
	if paper, err = shown.Read(clock.Today(a.Clock)); err != nil {
		return paper, "", err
	}
	if err := known(applicationID, domain.ErrApplicationUnknown); err != nil {
		return paper, "", err
	}
	application, err := s.Application(applicationID)
	if err != nil {
		return paper, "", err
	}
	if err := auth.Hide(p.CoversDivision(application.County), domain.ErrApplicationUnknown); err != nil {
		return paper, "", err
	}
	if !application.WantsEvidence() {
		return paper, "", domain.ErrApplicationState.With("state", string(application.State))
	}
	return paper, application.Worker, nil
}
