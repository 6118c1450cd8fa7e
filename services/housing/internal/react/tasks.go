package react

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/task"
	"github.com/qiao-platform/qiao/services/housing/internal/app"
)

// Tasks are what the department's clocks do, by the kind of the task.
func Tasks(a *app.App) map[string]func(context.Context, app.Store, string) error {
	return map[string]func(context.Context, app.Store, string) error{
		app.TaskLapse:   a.Lapse,
		app.TaskLease:   a.LookAtLease,
		app.TaskPublish: a.PublishList,
		app.TaskJobLeft: a.LookAfterJob,
	}
}

// Do makes a task's handler of a use case: it runs in a transaction of its own.
func Do(log *outbox.Log, in func(*sqldb.Tx) app.Store, f func(context.Context, app.Store, string) error) task.Handler {
	return func(ctx context.Context, payload []byte) error {
		return log.DB().Update(ctx, func(tx *sqldb.Tx) error { return f(ctx, in(tx), string(payload)) })
	}
}
