package app

import (
	"context"

	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// AnswerNotice records the tenant's answer.
func (a *App) AnswerNotice(ctx context.Context, s Store, id, answer string) error {
	return ownExit(ctx, s, id, func(e domain.Exit) (domain.Exit, []domain.Event, error) { return e.AnswerIt(answer) })
}
