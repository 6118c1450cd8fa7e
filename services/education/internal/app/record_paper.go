package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// RecordPaper keeps what a paper or a witness's statement proves for an
// application, and returns the record's id. It counts as much as the digital
// fact (promise 7).
func (a *App) RecordPaper(ctx context.Context, s Store, applicationID string, shown domain.Paper) (id string, err error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return "", err
	}
	paper, err := shown.Read(clock.Today(a.Clock))
	if err != nil {
		return "", err
	}
	application, err := s.Application(applicationID)
	if err != nil {
		return "", err
	}
	if err := auth.Hide(p.CoversDivision(application.County), domain.ErrApplicationUnknown); err != nil {
		return "", err
	}
	if !application.WantsEvidence() {
		return "", domain.ErrApplicationState.With("state", string(application.State))
	}
	id = a.NewID()
	return id, s.KeepPaper(ctx, id, application, paper)
}
