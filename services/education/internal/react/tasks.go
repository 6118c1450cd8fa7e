package react

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/evidence"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/task"
	"github.com/qiao-platform/qiao/services/education/internal/app"
)

// Forget does the task that an acceptance leaves: evidence that is needed no
// more goes.
func Forget(a *app.App, log *outbox.Log, in func(*sqldb.Tx) app.Store, held *evidence.Holder) task.Handler {
	return func(ctx context.Context, payload []byte) error {
		return log.DB().Update(ctx, func(tx *sqldb.Tx) error {
			over, err := a.EvidenceIsOver(ctx, in(tx), string(payload))
			if err != nil || !over {
				return err
			}
			return held.CaseClosed(tx, string(payload))
		})
	}
}
