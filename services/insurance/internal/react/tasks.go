package react

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/task"
	"github.com/qiao-platform/qiao/services/insurance/internal/app"
	"github.com/qiao-platform/qiao/services/insurance/internal/store"
)

// CheckDuty does the task that a duty's clock leaves.
func CheckDuty(a *app.App, log *outbox.Log, s *store.Store) task.Handler {
	return func(ctx context.Context, payload []byte) error {
		return log.DB().Update(ctx, func(tx *sqldb.Tx) error {
			return a.CheckDuty(ctx, s.In(tx), string(payload))
		})
	}
}
