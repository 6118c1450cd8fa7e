package fair

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
)

// AppliedTo lists the fairs to which the worker applied, those withdrawn from too.
func (a *App) AppliedTo(ctx context.Context, s Store, worker string) ([]string, error) {
	if _, err := auth.ActingFor(ctx, worker); err != nil {
		return nil, err
	}
	return s.AppliedTo(worker)
}
