package react

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/task"
	"github.com/qiao-platform/qiao/services/employment/internal/app"
)

// LapseOffer does the task that an offer's clock leaves.
func LapseOffer(a *app.App, log *outbox.Log, in func(*sqldb.Tx) app.Store) task.Handler {
	return func(ctx context.Context, payload []byte) error {
		return log.DB().Update(ctx, func(tx *sqldb.Tx) error {
			return a.LapseOffer(ctx, in(tx), string(payload))
		})
	}
}

// LapseProposal does the task that a proposal's clock leaves.
func LapseProposal(a *app.App, log *outbox.Log, in func(*sqldb.Tx) app.Store) task.Handler {
	return func(ctx context.Context, payload []byte) error {
		return log.DB().Update(ctx, func(tx *sqldb.Tx) error {
			return a.LapseProposal(ctx, in(tx), string(payload))
		})
	}
}
